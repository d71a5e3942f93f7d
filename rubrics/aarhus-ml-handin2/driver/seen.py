"""The batches among what the functions of a hand-in were called with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import likeness

from .names import METHODS
from .nouns import Call


def labels_in(array: Array, rows: int) -> Array | None:
    """Labels of so many rows in an array: whole numbers, or one-hot rows."""
    if array.size == rows and array.dtype.kind in "iu":
        return array.reshape(-1).copy()
    if array.ndim == 2 and len(array) == rows and np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all():
        return np.asarray(array.argmax(axis=1))
    return None


def training_batches(calls: Sequence[Call], rows: int) -> list[Call]:
    """The batches of training rows that cost_grad was given, or else some other function."""
    of_cost = [seen for seen in calls if likeness(seen.function, METHODS["cost-grad"], strict=True)]
    return _batches_in(of_cost, rows) or _batches_in(calls, rows) or [s for s in calls if len(s.X) == len(s.y) == rows]


def _batches_in(calls: Sequence[Call], rows: int) -> list[Call]:
    """The calls about some of the rows, without those about the same ones as the call before."""
    batches: list[Call] = []
    for seen in calls:
        held_out = len(seen.X) and seen.X[0, 0] < -0.5
        again = batches and np.array_equal(batches[-1].X, seen.X)
        if again and not len(batches[-1].y):
            batches[-1] = seen
        if not held_out and not again and len(seen.X) < rows:
            batches.append(seen)
    return batches


def number_again(batches: Sequence[Call], rows: int) -> None:
    """Put the numbers of the rows back, where fit has brought its inputs to another scale."""
    first = np.unique(np.concatenate([seen.X[:, 0] for seen in batches]))
    if len(first) == rows:
        for seen in batches:
            seen.X[:, 0] = np.searchsorted(first, seen.X[:, 0])


def numbered_again(seen: Call, classes: int) -> list[Array]:
    """A batch with its labels as the numbers of rows again: right where they belong to the inputs."""
    if len(seen.y) != len(seen.X):
        return [seen.X, np.zeros(0)]
    return [seen.X, seen.y + classes * (np.round(seen.X[:, 0]).astype(np.int64) // classes)]
