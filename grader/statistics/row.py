"""What statistics keep of one hand-in: small, so that five thousand of them fit anywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.model import CriterionResult, Result, Score, Status

__all__ = ["Asked", "Named", "Row", "row_of", "row_without"]

MISTAKE = "mistake:"  # before the id of a recognised mistake, in the code of a finding
# The last is what results of earlier versions say.
AFTER_TITLE = (" Or, which looks the same from outside: ", " You keep ", " The slip leaves ")


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion as the rubric has it; the same for all hand-ins."""

    id: str
    title: str
    section: str
    points: float
    hidden: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A mistake that was recognised, and what its criterion lost."""

    id: str
    title: str
    criterion: str
    lost: float


@dataclass(frozen=True, slots=True)
class Row:
    """One hand-in of the class."""

    id: str
    score: Score = Score(None, 0.0)
    decided: float = 0.0  # the maximum of what has points already
    verdicts: Mapping[str, Status] = field(default_factory=dict)  # by criterion
    points: Mapping[str, float | None] = field(default_factory=dict)
    mistakes: tuple[Named, ...] = ()
    integrity: tuple[str, ...] = ()
    problem: str = ""  # why there is no result
    seconds: float | None = None

    @property
    def percent(self) -> float | None:
        """The points in percent of what has points already."""
        known = self.score.given is not None and self.decided > 0
        return 100 * (self.score.given or 0.0) / self.decided if known else None

    @property
    def status(self) -> str:
        """As summary.csv has it: graded, to mark (by a person), partly, or not graded."""
        found = set(self.verdicts.values())
        if self.problem or "ungraded" in found:
            return "not graded" if self.problem else "partly"
        return "to mark" if "manual" in found else "graded"

    @property
    def looks(self) -> tuple[str, ...]:
        """Why a person should look: ungraded, to mark, integrity."""
        found = set(self.verdicts.values())
        why = {
            "ungraded": bool(self.problem) or "ungraded" in found,
            "to mark": "manual" in found,
            "integrity": bool(self.integrity),
        }
        return tuple(name for name, so in why.items() if so)


def row_of(result: Result) -> tuple[Row, tuple[Asked, ...]]:
    """The row of a result, and what it was asked."""
    asked = tuple(_asked(section.title or section.id, each) for section in result.sections for each in section.criteria)
    criteria = [criterion for section in result.sections for criterion in section.criteria]
    row = Row(
        str(result.submission.get("id", "")),
        result.score,
        result.decided.maximum,
        {sys.intern(each.id): each.verdict for each in criteria},
        {sys.intern(each.id): each.score.given for each in criteria},
        tuple(named for each in criteria for named in _named(each)),
        result.integrity,
        seconds=round(sum(taken for name, taken in result.timings.items() if name != "total"), 3),
    )
    return row, asked


def row_without(id_: str, problem: str, seconds: float | None = None) -> Row:
    """The row of a hand-in that has no result."""
    return Row(id_, problem=problem or "There is no result.", seconds=seconds)


def _asked(section: str, criterion: CriterionResult) -> Asked:
    hidden = criterion.visibility == "hidden"
    return Asked(criterion.id, criterion.title, section, criterion.score.maximum, hidden)


def _named(criterion: CriterionResult) -> Iterator[Named]:
    lost = criterion.score.maximum - (criterion.score.given or 0.0)
    for finding in criterion.findings:
        if finding.code.startswith(MISTAKE):
            title = finding.message
            for words in AFTER_TITLE:
                title = title.partition(words)[0]
            id_ = sys.intern(finding.code.removeprefix(MISTAKE))
            yield Named(id_, sys.intern(title.strip().removesuffix(".")), sys.intern(criterion.id), lost)
