"""Result → JUnit XML: a suite for each section, a case for each criterion.

What waits for a person is skipped, never failed; what the grader could not decide is an error of its own type.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from grader.exports import criteria, told, waits
from grader.model import CriterionResult, Result, SectionResult
from grader.report.text import one_line
from grader.sheets.cells import amount

__all__ = ["to_junit"]

LONGEST = 200
KINDS = {"failed": "failure", "partial": "failure", "error": "error", "ungraded": "error"}
SKIPPED = frozenset({"manual", "skipped"})


def to_junit(result: Result) -> str:
    """The text of a JUnit report; findings of hidden criteria are left out, for a CI's log is the student's."""
    root = Element("testsuites", name=one_line(result.rubric.get("title", ""), LONGEST))
    _count(root, [criterion for _, criterion in criteria(result)], result)
    for section in result.sections:
        _suite(root, section, result)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, section: SectionResult, result: Result) -> None:
    suite = SubElement(root, "testsuite", name=one_line(section.title or section.id, LONGEST))
    _count(suite, section.criteria, result)
    suite.set("skipped", str(sum(each.verdict in SKIPPED for each in section.criteria)))
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="submission", value=one_line(result.submission.get("id", ""), LONGEST))
    for criterion in section.criteria:
        _points(properties, criterion)
    for criterion in section.criteria:
        _case(suite, section, criterion, result)


def _count(element: Element, judged: Sequence[CriterionResult], result: Result) -> None:
    kinds = [KINDS.get(each.verdict) for each in judged]
    element.set("tests", str(len(judged)))
    element.set("failures", str(kinds.count("failure")))
    element.set("errors", str(kinds.count("error")))
    element.set("time", str(sum(_time(each, result) for each in judged)))


def _time(criterion: CriterionResult, result: Result) -> int:
    """Whole seconds: the log is the student's, and by finer ones a hand-in could tell its author what it was given."""
    return round(result.timings.get(criterion.id, 0.0))


def _points(properties: Element, criterion: CriterionResult) -> None:
    """Points by criterion; what has none yet has no such property."""
    name = one_line(criterion.id, LONGEST)
    if criterion.score.given is not None:
        SubElement(properties, "property", name=f"points.{name}", value=amount(criterion.score.given))
    SubElement(properties, "property", name=f"maximum.{name}", value=amount(criterion.score.maximum))


def _case(suite: Element, section: SectionResult, criterion: CriterionResult, result: Result) -> None:
    case = SubElement(suite, "testcase", name=one_line(criterion.title, LONGEST))
    case.set("classname", one_line(f"{result.rubric.get('id', '')}.{section.id}", LONGEST))
    case.set("time", str(_time(criterion, result)))
    if criterion.verdict in SKIPPED:
        SubElement(case, "skipped", message=_message(criterion))
    elif criterion.verdict in KINDS:
        wrong = SubElement(case, KINDS[criterion.verdict], type=criterion.verdict, message=_message(criterion))
        wrong.text = "\n\n".join(map(told, criterion.findings)) if criterion.visibility == "public" else ""


def _message(criterion: CriterionResult) -> str:
    if reason := waits(criterion):
        return f"This {reason}; it counts neither as zero nor as full."
    points = f"{amount(criterion.score.given)} of {amount(criterion.score.maximum)} points"
    if criterion.visibility == "hidden" or not criterion.findings:
        return points
    return f"{points}: {one_line(criterion.findings[0].message, LONGEST)}"
