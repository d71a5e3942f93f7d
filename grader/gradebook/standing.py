"""What stands: a result with what people gave in the place of what the grader could not give or got wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.gradebook.entries import Mark
from grader.model import CriterionResult, Finding, Result, Score, SectionResult, Status

__all__ = ["marked"]


def marked(result: Result, marks: Mapping[str, Mark]) -> Result:
    """The result with these marks by criterion; marks of criteria that it does not have change nothing."""
    given = {name: mark for name, mark in marks.items() if mark.points is not None}
    if not given:
        return result
    sections = tuple(_section(section, given) for section in result.sections)
    return replace(result, sections=sections, score=_sum([section.score for section in sections], result.score))


def _section(section: SectionResult, marks: Mapping[str, Mark]) -> SectionResult:
    criteria = tuple(_criterion(each, marks[each.id]) if each.id in marks else each for each in section.criteria)
    return replace(section, criteria=criteria, score=_sum([each.score for each in criteria], section.score))


def _criterion(criterion: CriterionResult, mark: Mark) -> CriterionResult:
    points, maximum = mark.points or 0.0, criterion.score.maximum
    verdict: Status = "passed" if points >= maximum else "partial" if points > 0 else "failed"
    comment = (Finding("comment", mark.comment),) if mark.comment else ()
    return replace(criterion, verdict=verdict, score=Score(points, maximum), findings=(*comment, *criterion.findings))


def _sum(scores: list[Score], before: Score) -> Score:
    given = [score.given for score in scores if score.given is not None]
    return replace(before, given=round(sum(given), 2) if given else None)
