"""Result → GitHub Actions: a step summary in Markdown, and annotations at the lines that findings name.

A line that begins with `::` steers the runner, and so does `##[`; no text from a hand-in may do either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.exports import criteria, told, waits
from grader.model import CriterionResult, Result
from grader.report.text import one_line, visible
from grader.sheets.cells import amount

__all__ = ["to_annotations", "to_summary"]

LARGEST = 1_000_000  # bytes; GitHub drops a summary above 1 MiB
FINDINGS = 5  # of one criterion
LONGEST = 200
SIGNS = {"passed": "✅", "partial": "🟡", "failed": "❌", "error": "❌", "skipped": "⏭️", "manual": "✍️", "ungraded": "⚠️"}
LEVELS = {"failed": "error", "error": "error", "partial": "warning", "manual": "notice", "ungraded": "warning"}
PLACE = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d{1,7})")
STEERING = re.compile(r"^(\s*):(?=:)|(?<=##)(?=\[)", re.MULTILINE)
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def to_summary(result: Result) -> str:
    """Markdown for $GITHUB_STEP_SUMMARY; findings of hidden criteria are left out, for the student reads it."""
    text = "\n".join([f"## {_escaped(result.rubric.get('title', ''))}", "", _score(result), "", *_table(result)]) + "\n"
    for part in _findings(result):
        if len((text + part).encode()) > LARGEST:
            return f"{text}\n_The rest is left out: GitHub shows no longer summary._\n"
        text += part
    return text


def to_annotations(result: Result) -> str:
    """One workflow command a line, for each public criterion that lost points or waits."""
    return "".join(f"{_annotation(each)}\n" for _, each in criteria(result) if each.verdict in LEVELS)


def _score(result: Result) -> str:
    waiting = sum(bool(waits(criterion)) for _, criterion in criteria(result))
    decided = result.decided
    if decided.given is None:
        return "**Nothing has points yet.**"
    rest = f" {waiting} of the criteria have no points yet and are not counted." if waiting else ""
    return f"**{amount(decided.given)} of {amount(decided.maximum)} points.**{rest}"


def _table(result: Result) -> Iterator[str]:
    yield from ("| | criterion | points |", "| --- | --- | ---: |")
    for _, each in criteria(result):
        points = waits(each) or f"{amount(each.score.given)} / {amount(each.score.maximum)}"
        yield f"| {SIGNS[each.verdict]} | {_escaped(each.title)} | {points} |"


def _findings(result: Result) -> Iterator[str]:
    for _, each in criteria(result):
        if each.visibility == "public" and each.findings:
            shown = "\n\n".join(told(finding) for finding in each.findings[:FINDINGS])
            yield f"\n### {_escaped(each.title)}\n\n{_fenced(shown)}\n"


def _escaped(text: object) -> str:
    """The text as Markdown that shows it and does nothing else."""
    return PUNCTUATION.sub(r"\\\1", one_line(text, LONGEST))


def _fenced(text: str) -> str:
    """The text between fences that are longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{_inert(text)}\n{fence}"


def _inert(text: str) -> str:
    """The text without what steers GitHub's runner."""
    return STEERING.sub(lambda found: f"{found[1]}: " if found[1] is not None else " ", text)


def _annotation(criterion: CriterionResult) -> str:
    shown = criterion.findings[0] if criterion.findings and criterion.visibility == "public" else None
    message = f"This {waits(criterion)}." if waits(criterion) else told(shown) if shown else "Points were lost here."
    properties = {"title": one_line(criterion.title, LONGEST)}
    if shown and (place := PLACE.fullmatch(visible(shown.where))):
        properties = {"file": place["file"], "line": place["line"], **properties}
    told_properties = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{LEVELS[criterion.verdict]} {told_properties}::{_data(message)}"


def _data(text: str) -> str:
    return _inert(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
