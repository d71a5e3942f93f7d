"""The numbers of a whole class."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.model import Result
from grader.statistics.criteria import Tally, tallies
from grader.statistics.mistakes import Mistake, frequent
from grader.statistics.row import Asked, Row, row_of

__all__ = ["Spread", "Statistics", "spread_of", "statistics_of"]


@dataclass(frozen=True, slots=True)
class Spread:
    """How numbers lie."""

    count: int
    mean: float
    deviation: float | None  # the sample's standard deviation; none of a single number
    low: float
    lower: float  # a quarter lies below
    median: float
    upper: float  # a quarter lies above
    high: float


@dataclass(frozen=True)
class Statistics:
    """A class in numbers; `rows` are sorted by id."""

    title: str
    course: str
    rubric: str
    rows: tuple[Row, ...]
    asked: tuple[Asked, ...]

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """The criteria, in the rubric's order."""
        return tallies(self.rows, self.asked)

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The recognised mistakes, the most frequent one first."""
        return frequent(self.rows)

    @cached_property
    def percents(self) -> tuple[float, ...]:
        """Of the hand-ins that have points."""
        return tuple(row.percent for row in self.rows if row.percent is not None)

    @cached_property
    def seconds(self) -> tuple[float, ...]:
        """That the hand-ins with a result took."""
        return tuple(row.seconds for row in self.rows if row.seconds is not None and not row.problem)

    @cached_property
    def scores(self) -> Spread | None:
        """How the percents lie."""
        return spread_of(self.percents)

    @cached_property
    def times(self) -> Spread | None:
        """How the seconds lie."""
        return spread_of(self.seconds)

    @cached_property
    def looks(self) -> Counter[str]:
        """How many hand-ins need a person's look, by the reason; "any" counts each once."""
        found = Counter(reason for row in self.rows for reason in row.looks)
        found["any"] = sum(bool(row.looks) for row in self.rows)
        return found

    @cached_property
    def unnamed(self) -> int:
        """The hand-ins that lost points, and of which no mistake was recognised."""
        return sum(_lost(row) and not row.mistakes for row in self.rows)


def statistics_of(results: Iterable[Result], without: Iterable[Row] = ()) -> Statistics:
    """The numbers of these results, taken one after the other, and of the hand-ins that came to none."""
    rows: dict[str, Row] = {}
    asked: dict[str, Asked] = {}
    titles: Counter[tuple[str, str, str]] = Counter()
    for result in results:
        row, of_this = row_of(result)
        rows[row.id] = row
        asked |= {each.id: each for each in of_this if each.id not in asked}
        titles[_titles(result)] += 1
    for row in without:
        rows.setdefault(row.id, row)
    title, course, rubric = titles.most_common(1)[0][0] if titles else ("", "", "")
    return Statistics(title, course, rubric, tuple(rows[id_] for id_ in sorted(rows)), tuple(asked.values()))


def spread_of(numbers: Sequence[float]) -> Spread | None:
    """How these lie; None where there are none."""
    if not numbers:
        return None
    ordered, count = sorted(numbers), len(numbers)
    mean = math.fsum(ordered) / count
    squares = math.fsum((each - mean) ** 2 for each in ordered)
    deviation = math.sqrt(squares / (count - 1)) if count > 1 else None
    low, lower, median, upper, high = (_quantile(ordered, part / 4) for part in range(5))
    return Spread(count, mean, deviation, low, lower, median, upper, high)


def _titles(result: Result) -> tuple[str, str, str]:
    told = result.rubric
    return str(told.get("title") or told.get("id", "")), str(told.get("course", "")), str(told.get("id", ""))


def _quantile(ordered: Sequence[float], part: float) -> float:
    """Between the two nearest, in proportion."""
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _lost(row: Row) -> bool:
    return row.score.given is not None and row.score.given < row.decided - 1e-9
