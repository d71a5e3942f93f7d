"""Whether a stated accuracy is what the code gives: how far runs with other seeds lie apart says what is near enough.

Deviations are taken of log-odds, ln(p / (1 - p)): from 0.95 to 0.99 four of five errors are gone, which no seed does,
while as many hundredths around 0.6 are little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean, stdev

from grader.claims.tables import Stated

__all__ = ["Compared", "Yardstick", "compare"]

FEWEST = 2  # runs; one alone tells nothing of the spread
MANY_ROWS = 100_000  # where their number is not known


@dataclass(frozen=True, slots=True)
class Yardstick:
    """How far a stated accuracy may lie from those of the runs."""

    least: float  # around the mean; accepted in any case
    deviations: float  # accepted: so many deviations of a run
    rows: Mapping[str, int]  # of each split; an accuracy has steps of one row
    chance: Mapping[str, float]  # the share of each split's largest class
    most: float = 1.0  # beyond the nearest run; code that gives now this and now that would excuse any number


@dataclass(frozen=True, slots=True)
class Compared:
    """One stated accuracy beside those of the runs."""

    split: str
    stated: float
    low: float
    high: float
    runs: int
    accepted: tuple[float, float]  # from, to
    off: float = 0.0  # from the nearest run, with its sign; 0 where it agrees
    doubtful: bool = False  # whether more runs may tell more


def compare(
    split: str, stated: Stated, readings: Sequence[Sequence[float | None]], yardstick: Yardstick
) -> Compared | None:
    """The stated number beside the reading of the runs that fits it best; None where the runs gave too few numbers.

    Args:
        readings: what the number may mean, such as the last epoch or the best, each with a value for each run.
    """
    told = [[value for value in values if value is not None] for values in readings]
    each = [_beside(split, stated, values, yardstick) for values in told if len(values) >= FEWEST]
    return min(each, key=lambda compared: (abs(compared.off), compared.doubtful), default=None)


def _beside(split: str, stated: Stated, values: Sequence[float], yardstick: Yardstick) -> Compared:
    value, mean, low, high = stated.value, fmean(values), min(values), max(values)
    near = max(yardstick.least, 1 / yardstick.rows.get(split, MANY_ROWS)) + stated.step
    start, stop = _likely(values, yardstick.rows.get(split, MANY_ROWS), yardstick.deviations)
    start, stop = min(low, mean - near, start - stated.step), max(high, mean + near, stop + stated.step)
    accepted = (max(0.0, start, low - yardstick.most), min(1.0, stop, high + yardstick.most))
    lucky = max(value, mean) <= 2 * yardstick.chance.get(split, 0.0)  # nothing is learned; which class wins is luck
    if lucky or low <= value <= high or abs(value - mean) <= near:
        return Compared(split, value, low, high, len(values), accepted)
    off = 0.0 if accepted[0] <= value <= accepted[1] else value - (high if value > high else low)
    return Compared(split, value, low, high, len(values), accepted, off, doubtful=True)


def _likely(values: Sequence[float], rows: int, deviations: float) -> tuple[float, float]:
    """From, to: where one more run ends, as far as the deviation of these runs in log-odds tells."""
    half = 0.5 / rows
    odds = [log(p / (1 - p)) for p in (min(max(value, half), 1 - half) for value in values)]
    middle, apart = fmean(odds), deviations * stdev(odds) * sqrt(1 + 1 / len(odds))
    return 1 / (1 + exp(apart - middle)), 1 / (1 + exp(-apart - middle))
