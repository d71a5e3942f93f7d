"""From values to places on a chart, and the round numbers to write along its axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.report import text

LARGEST = 1e307  # room for arithmetic below the largest float
SMALLEST = 1e-300  # a span below this is taken for none
LOGARITHMIC_FROM = 1000.0  # the ratio of highest to lowest from which a linear axis would hide the low part


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` are drawn from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high, value = (math.log10(v) if self.logarithmic else v for v in (self.low, self.high, value))
        return self.start + (self.end - self.start) * ((value - low) / (high - low))

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers within the scale."""
        return _decades(self.low, self.high, most) if self.logarithmic else _steps(self.low, self.high, most)


def along(values: Sequence[float], start: float, end: float) -> Scale:
    """A scale that the values fill from edge to edge, such as the epochs; a single value stands in the middle."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < SMALLEST:
        low, high = low - max(1.0, abs(low) / 2), high + max(1.0, abs(high) / 2)
    return Scale(low, high, start, end)


def around(values: Sequence[float], start: float, end: float) -> Scale:
    """A scale with a margin around the values; logarithmic where they differ by orders of magnitude."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low > 0 and high / low > LOGARITHMIC_FROM:
        return Scale(low / 1.3, high * 1.3, start, end, logarithmic=True)
    # A flat line must not be blown up into noise: at least a twentieth of its height is shown.
    margin = max((high - low) * 0.06, max(abs(low), abs(high)) * 0.025, SMALLEST)
    floor = 0.0 if 0 <= low < margin else low - margin
    return Scale(floor, high + margin, start, end)


def clipped(value: float) -> float:
    """The value, or the largest that can still be drawn."""
    return min(max(value, -LARGEST), LARGEST)


def labels(ticks: Sequence[float]) -> list[str]:
    """The ticks as texts; with the same count of decimals, unless more than four would be needed."""
    short = all(abs(tick) < 1e6 and math.isclose(round(tick, 4), tick, rel_tol=1e-9, abs_tol=1e-15) for tick in ticks)
    return text.column(ticks) if short else [text.number(tick, 4) for tick in ticks]


def _steps(low: float, high: float, most: int) -> list[float]:
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [tick for i in range(most + 2) if low - step * 1e-6 <= (tick := (first + i) * step) <= high + step * 1e-6]


def _decades(low: float, high: float, most: int) -> list[float]:
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return [10.0**power for power in range(first, last + 1, max(1, math.ceil((last - first) / most)))]
