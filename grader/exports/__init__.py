"""Results in the formats of others. One format per file; each knows the model only. Here is what they share.

Whatever a hand-in wrote is hostile here, and what has no points yet is never told as zero.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.model import CriterionResult, Finding, Result
from grader.report.text import one_line, visible

__all__ = ["amount", "cell", "criteria", "seconds", "settled", "told", "waits"]

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four: the same signs, full width
LONGEST_CELL = 1000
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


def amount(points: float | None) -> str:
    """Points for a machine: 12.5, 10, 3.33; nothing where there are none."""
    return "" if points is None else f"{round(points, 4) + 0.0:.4f}".rstrip("0").rstrip(".")  # -0.0 + 0.0 is 0.0


def cell(value: str | float | None) -> str:
    """A value for a spreadsheet, which would take some texts for formulas and run them."""
    if not isinstance(value, str):
        return amount(value)
    text = one_line(value, LONGEST_CELL)
    return f"'{text}" if text.startswith(FORMULA) else text
