"""What each criterion tells of a class: how many pass it, and whether those are the ones who do well elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.model import Status
from grader.statistics.row import Asked, Row

__all__ = ["Discrimination", "Tally", "discrimination", "tallies"]

FEWEST = 5  # hand-ins below which nothing is said of a criterion's discrimination
FEWEST_OF_A_KIND = 2  # that pass, and that do not
NINETY_FIVE = 1.96  # standard deviations to either side


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How passing a criterion goes with the score on all others, from −1 to 1, and where it may lie (95 %)."""

    r: float
    low: float
    high: float
    count: int

    @property
    def clear(self) -> bool:
        """Whether even its sign is known."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Tally:
    """One criterion over the class."""

    asked: Asked
    judged: int  # hand-ins that have points for it, or have lost them
    passed: int
    share: float | None  # of its points, in the mean
    waiting: int  # that a person has to mark, or that could not be graded
    verdicts: dict[Status, int]
    discrimination: Discrimination | None

    @property
    def rate(self) -> float | None:
        """The share that passed, of those judged."""
        return self.passed / self.judged if self.judged else None


def tallies(rows: Sequence[Row], asked: Iterable[Asked]) -> tuple[Tally, ...]:
    """Each criterion over these rows."""
    return tuple(_tally(rows, each) for each in asked)


def discrimination(passed: Sequence[bool], rests: Sequence[float]) -> Discrimination | None:
    """The point-biserial correlation of passing with the score on the other criteria.

    None where it would say nothing: fewer than five hand-ins, fewer than two that pass or that do not, or all the same
    elsewhere. The interval is Fisher's, which is rough for small classes, and wide, as it should be.
    """
    count, many = len(passed), sum(passed)
    if count < FEWEST or min(many, count - many) < FEWEST_OF_A_KIND:
        return None
    mean = math.fsum(rests) / count
    spread = math.sqrt(math.fsum((rest - mean) ** 2 for rest in rests) / count)
    if spread < 1e-9:
        return None
    of_passed = math.fsum(rest for rest, so in zip(rests, passed, strict=True) if so) / many
    of_others = math.fsum(rest for rest, so in zip(rests, passed, strict=True) if not so) / (count - many)
    r = (of_passed - of_others) / spread * math.sqrt(many * (count - many)) / count
    return _with_interval(max(-1.0, min(1.0, r)), count)


def _with_interval(r: float, count: int) -> Discrimination:
    z = math.atanh(max(-1 + 1e-12, min(1 - 1e-12, r)))
    half = NINETY_FIVE / math.sqrt(count - 3)
    return Discrimination(r, min(r, math.tanh(z - half)), max(r, math.tanh(z + half)), count)


def _tally(rows: Sequence[Row], asked: Asked) -> Tally:
    verdicts: dict[Status, int] = {}
    passed: list[bool] = []
    rests: list[float] = []
    shares: list[float] = []
    judged = 0
    for row in rows:
        verdict, given = row.verdicts.get(asked.id), row.points.get(asked.id)
        if verdict is None:
            continue
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        if given is None:
            continue
        judged += 1
        shares.append(given / asked.points if asked.points else float(verdict == "passed"))
        if (rest := _rest(row, given, asked.points)) is not None:
            passed.append(verdict == "passed")
            rests.append(rest)
    return Tally(
        asked,
        judged,
        sum(row.verdicts.get(asked.id) == "passed" for row in rows),
        math.fsum(shares) / judged if judged else None,
        verdicts.get("manual", 0) + verdicts.get("ungraded", 0),
        verdicts,
        discrimination(passed, rests),
    )


def _rest(row: Row, given: float, points: float) -> float | None:
    """The score without this criterion, which would otherwise be compared with itself."""
    maximum = row.decided - points
    return ((row.score.given or 0.0) - given) / maximum if maximum > 1e-9 else None
