"""Does a gradient belong to a loss of which only values are known? Slopes along directions, and how far they are off.

A first look takes four values along each direction: two central differences and one Richardson step. Where that does
not settle it, a ladder of steps is climbed, with an estimate of the noise in the values (differences of sixth order,
after Moré and Wild, "Estimating computational noise", 2011), and the step that promises the smallest error is kept.
A loss that is rounded or computed in single precision is judged at the resolution that it has; what cannot be told
at that resolution is undecided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from grader.compare.explanations import Array

__all__ = ["FIRST", "FIRST_SINGLE", "Agreement", "Slope", "again", "at_first", "at_last", "first", "judge", "ladder"]

Agreement = Literal["yes", "no", "unclear"]
FIRST, FIRST_SINGLE = 1e-4, 2e-2  # the first look's step along a direction of norm one, by the precision
_LADDER = (0.2, 0.1, 0.05, 0.02, 0.01, 5e-3, 2e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
_LEAST_REACH = 1e-3  # steps up to here are tried even beside a kink
_POINTS = 9  # equally spaced, for the noise
_SPACING = 1e-2
_OF_SIXTH = 924.0  # the sum of the squared binomial coefficients of a sixth difference
_CLOSE = 1e-6
_FIRST_DOUBT = 1e-3  # beyond which a first look does not say yes
_RESOLUTION = 0.02


@dataclass(frozen=True, slots=True)
class Slope:
    """A derivative along one direction, and how far it may be off."""

    value: float
    error: float


def first(step: float) -> list[float]:
    """The steps of a first look."""
    return [step, -step, step / 2, -step / 2]


def at_first(losses: Array, step: float) -> Slope:
    """The slope from the losses at the steps of a first look."""
    wide, narrow = (losses[0] - losses[1]) / (2 * step), (losses[2] - losses[3]) / step
    return Slope(float((4 * narrow - wide) / 3), float(abs(narrow - wide)))


def ladder(reach: float = np.inf) -> list[float]:
    """The steps of a second look, none longer than `reach`: those for the noise, and then those of the ladder."""
    spacing = min(_SPACING, reach / 5)
    line = [spacing * (point - _POINTS // 2) for point in range(_POINTS)]
    rungs = [h for h in _LADDER if h <= max(reach, _LEAST_REACH)]
    return line + [signed for h in rungs for signed in (h, -h)]


def at_last(losses: Array, steps: Sequence[float]) -> list[Slope]:
    """The slope along each direction from the losses, (directions, steps), at the steps of a second look."""
    noise = _noise(losses[:, :_POINTS])
    rungs = np.array(steps[_POINTS::2])
    return [_climb(line[_POINTS:], rungs, noise) for line in losses]


def again(claimed: Array, slopes: Sequence[Slope], gradient: Array, all_doubts: float) -> bool:
    """Whether a first look has not settled if a gradient belongs to the loss.

    Args:
        all_doubts: the largest error of any slope of the loss.
    """
    if _all_close(claimed, slopes, gradient, _FIRST_DOUBT):
        return False
    gaps = [abs(slope.value - a) for slope, a in zip(slopes, claimed, strict=True)]
    changing = all(slope.value for slope in slopes)  # a rounded loss may stay where it is
    return not (changing and max(gaps) > 30 * all_doubts and max(gaps) * _unit(gradient, slopes) > 1e-3)


def judge(claimed: Array, slopes: Sequence[Slope], gradient: Array, final: bool) -> Agreement:
    """Whether a gradient with these derivatives along the directions belongs to the loss that has these slopes."""
    if _all_close(claimed, slopes, gradient, _RESOLUTION if final else _FIRST_DOUBT):
        return "yes"
    unit = _unit(gradient, slopes)
    pairs = [(abs(slope.value - a) * unit, slope.error * unit) for slope, a in zip(slopes, claimed, strict=True)]
    return "no" if any(gap > 10 * error and gap > _CLOSE for gap, error in pairs) else "unclear"


def _all_close(claimed: Array, slopes: Sequence[Slope], gradient: Array, most: float) -> bool:
    unit = _unit(gradient, slopes)
    return all(
        slope.error * unit < most and abs(slope.value - a) * unit <= max(_CLOSE, 3 * slope.error * unit)
        for slope, a in zip(slopes, claimed, strict=True)
    )


def _unit(gradient: Array, slopes: Sequence[Slope]) -> float:
    """What turns a gap along a direction into a part of the gradient's norm."""
    norm = max(float(np.linalg.norm(gradient)), *(abs(slope.value) for slope in slopes), 1e-300)
    return float(np.sqrt(gradient.size)) / norm


def _noise(lines: Array) -> float:
    """The standard deviation of the noise in a loss, from values at equally spaced points of several lines."""
    sixth = np.diff(lines, n=6, axis=1)
    each = np.sqrt((sixth**2).mean(axis=1) / _OF_SIXTH)
    floor = 2.2e-16 * float(np.abs(lines).max())
    return max(floor, float(each[each > 0].min(initial=np.inf)) if each.any() else 0.0)


def _climb(losses: Array, rungs: Array, noise: float) -> Slope:
    """The Richardson slope whose estimate of its own error is the smallest."""
    central = (losses[::2] - losses[1::2]) / (2 * rungs)
    best = Slope(float(central[0]), np.inf)
    last = float(central[0])
    for (h_last, h), (d_last, d) in zip(pairwise(rungs), pairwise(central), strict=True):
        ratio = (h / h_last) ** 2
        value = float((d - ratio * d_last) / (1 - ratio))
        error = 2 * noise / float(h) + abs(value - last)
        if error < best.error:
            best = Slope(value, float(error))
        last = value
    return best
