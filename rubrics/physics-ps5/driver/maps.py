"""A map over the plane: its points and values, and what the points were standardised by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.worker.calling import Array

from .points import is_standard

RIGHT_MAP = "as the training inputs"


def grid_of(listed: list[Array]) -> tuple[Array, Array] | None:
    """The map's points (cells, 2) and their values, from matrices, axes, or a list of points."""
    values = next((each for each in reversed(listed) if each.size > 4 and _could_be_predictions(each)), None)
    if values is None:
        return None
    others = [each for each in listed if each is not values and each.size > 2]
    same = [each for each in others if each.shape == values.shape]
    points = next((each for each in others if each.shape == (values.size, 2)), None)
    if len(same) >= 2:
        return np.column_stack([same[0].reshape(-1), same[1].reshape(-1)]), values.reshape(-1)
    if points is not None:
        return points, values.reshape(-1)
    axes = [each for each in others if each.ndim == 1]
    if len(axes) >= 2 and values.shape == (len(axes[1]), len(axes[0])):
        x_1, x_2 = np.meshgrid(axes[0], axes[1])
        return np.column_stack([x_1.reshape(-1), x_2.reshape(-1)]), values.reshape(-1)
    return None


def wrong_ways(points: Array, mean: Array, deviation: Array) -> Iterator[tuple[str, Array]]:
    """What else may have been done to the points of a map before they went into the network."""
    yield "by its own mean and deviation", (points - points.mean(axis=0)) / points.std(axis=0)
    yield "not at all", points
    yield "shifted and not scaled", points - mean
    yield f"{RIGHT_MAP}, but with its columns swapped", (points[:, ::-1] - mean) / deviation


def agree(values: Array, believed: Array) -> bool:
    """Whether nearly all cells say what is believed of them, be it a probability or a class."""
    if set(np.unique(values)) <= {0.0, 1.0}:
        believed = (believed > 0.5).astype(np.float64)
    return float(np.mean(np.abs(values - believed) > 1e-6)) < 1e-3


def mirrored(values: Array) -> Array:
    """The values of a square map with its axes swapped."""
    side = round(values.size**0.5)
    return values.reshape(side, side).T.reshape(-1) if side * side == values.size else values


def _could_be_predictions(values: Array) -> bool:
    return bool(values.min() >= 0 and values.max() <= 1)


def told_by_place(points: Array, table: Array, shift: Array, scale: Array) -> str | None:
    """By what a map's points were standardised, told by where they lie: its axes were not seen."""
    if is_standard(points):
        return "by its own mean and deviation"
    ways = {
        RIGHT_MAP: points * scale + shift,
        "not at all": points,
        "shifted and not scaled": points + shift,
    }
    return next((name for name, on_plane in ways.items() if _covers(on_plane, table)), None)


def _covers(points: Array, table: Array) -> bool:
    """Whether points lie about where those of a table do; a map may end before or after them."""
    low, high = table.min(axis=0), table.max(axis=0)
    near, span = 0.25 * (high - low), np.ptp(points, axis=0)
    reaches = (points.min(axis=0) <= low + near) & (points.max(axis=0) >= high - near)
    return bool((reaches & (span <= 4 * (high - low))).all())
