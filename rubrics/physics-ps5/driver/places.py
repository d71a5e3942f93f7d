"""The table that a script reads, and points that the script uses found in it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import MissingPackage

from .reading import array_of, close

TABLE, HEADER = "ps5_data.csv", "x_1,x_2,classification"  # where the course's files look for the data


@dataclass(frozen=True)
class Placed:
    """Points that a script uses, found in its table: which rows they are, and how they were shifted and scaled."""

    points: Array
    rows: list[int]
    shift: Array
    scale: Array

    def scaled_like(self, other: Placed) -> bool:
        """Whether both were standardised by the same numbers."""
        return close(self.shift / other.scale, other.shift / other.scale) and close(self.scale, other.scale)


def drawn_table() -> Array:
    """A hundred points where the course's lie, and their classes.

    Most lie near one corner, so that the middle of the plane and the mean of the points are different; no two of them
    are so near to each other that one could be taken for the other.
    """
    rng = np.random.RandomState(29)
    even = (np.stack([rng.permutation(100), rng.permutation(100)], axis=1) + rng.uniform(0.3, 0.7, (100, 2))) / 100
    points = np.array([-6.0, -900.0]) + np.array([2.0, 1900.0]) * (0.15 * even + 0.85 * even**3)
    return np.column_stack([points, rng.permutation(100) % 4 == 0])


def find_placed(points: Array, table: Array) -> Placed | None:
    """Where these points are in the table, whatever they were shifted and scaled by; each column by itself."""
    if not 8 <= len(points) <= len(table):
        return None
    rows = _rows_of(points[:, 0], table[:, 0])
    if rows is None:
        return None
    lines = [np.polyfit(told, raw, 1) for told, raw in zip(points.T, table[rows, :2].T, strict=True)]
    fits = [np.polyval(line, told) - raw for line, told, raw in zip(lines, points.T, table[rows, :2].T, strict=True)]
    if any(float(np.abs(fit).max()) > 1e-4 * float(np.ptp(raw)) for fit, raw in zip(fits, table[:, :2].T, strict=True)):
        return None
    scale, shift = np.array(lines).T
    return Placed(points, rows, shift, scale)


def _rows_of(column: Array, raw: Array) -> list[int] | None:
    """The rows of a table whose first numbers these are after some shift and scale."""
    order = np.argsort(raw)
    ordered, low, high, near = raw[order], float(column.min()), float(column.max()), 1e-5 * float(np.ptp(raw))
    if high <= low:
        return None
    first, last = (each.reshape(-1, 1) for each in np.triu_indices(len(raw), 4))
    some = ordered[first] + (column[:6] - low) * (ordered[last] - ordered[first]) / (high - low)
    likely = np.abs(ordered[_nearest(ordered, some)] - some).max(axis=1) < near
    for begin, end in zip(first[likely, 0], last[likely, 0], strict=True):
        there = ordered[begin] + (column - low) * (ordered[end] - ordered[begin]) / (high - low)
        places = _nearest(ordered, there)
        if float(np.abs(ordered[places] - there).max()) < near:
            return [int(row) for row in order[places]]
    return None


def _nearest(ordered: Array, values: Array) -> Array:
    """For each value the place of the number that is nearest to it."""
    after = np.clip(np.searchsorted(ordered, values), 1, len(ordered) - 1)
    nearest: Array = after - (values - ordered[after - 1] < ordered[after] - values)
    return nearest


def as_points(value: Any) -> Array:
    """The value as points (N, 2), however it is laid out; no points where it is something else."""
    try:
        points = array_of(value) if isinstance(value, (np.ndarray, list)) or hasattr(type(value), "iloc") else None
    except MissingPackage:  # a list of what a stand-in gave
        points = None
    if points is None or points.size == 0 or points.ndim not in (1, 2):
        return np.zeros((0, 2))
    points = points.reshape(1, -1) if points.ndim == 1 else points
    if points.shape[1] not in (2, 3):
        points = points.T
    if points.shape[1] == 3:  # a column of ones goes with the biases
        varies = [column for column in points.T if np.ptp(column) > 0]
        points = np.column_stack(varies) if len(varies) == 2 else np.zeros((0, 2))
    return points.astype(np.float64) if points.shape[1] == 2 else np.zeros((0, 2))
