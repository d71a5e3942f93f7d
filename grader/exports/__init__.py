"""Results in the formats of others. One format per file; each knows the model only. Here is what they share.

Whatever a hand-in wrote is hostile here, and what has no points yet is never told as zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.model import CriterionResult, Finding, Result
from grader.report.text import visible

__all__ = ["criteria", "seconds", "settled", "told", "waits"]

WAITS = {"manual": "waits for a person", "ungraded": "could not be graded; a person will look at it"}


def criteria(result: Result) -> Iterator[tuple[str, CriterionResult]]:
    """Each criterion with its number, such as 2.1 for the first of the second section."""
    for major, section in enumerate(result.sections, 1):
        for minor, criterion in enumerate(section.criteria, 1):
            yield f"{major}.{minor}", criterion


def waits(criterion: CriterionResult) -> str:
    """Why a criterion has no points yet; nothing where it has."""
    return "" if criterion.score.given is not None else WAITS.get(criterion.verdict, "has no points yet")


def settled(result: Result) -> bool:
    """Whether every criterion has its points, so that the score can be written where it counts."""
    return result.score.given is not None and not any(waits(criterion) for _, criterion in criteria(result))


def told(finding: Finding) -> str:
    """A finding as plain text, on several lines."""
    return "\n".join(visible(part) for part in (finding.message, finding.hint, finding.where) if part)


def seconds(result: Result) -> float:
    """How long the hand-in was looked at."""
    return round(sum(taken for name, taken in result.timings.items() if name != "total"), 3)
