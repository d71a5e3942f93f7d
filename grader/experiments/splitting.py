"""A data set cut into the parts that an experiment gets: whole pixels, and labels only where the code may know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from grader.errors import GraderError
from grader.experiments import Array, Splits

if TYPE_CHECKING:
    from grader.data import DataSet

__all__ = ["USUAL", "Split", "divide"]


class Split(BaseModel):
    """A part of the data set's training or test rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    of: Literal["train", "test"] = Field(description="The data set's training rows, or its test rows.")
    rows: tuple[float, float] = Field(default=(0, 1), description="From, to: shares up to 1, or counts of rows.")
    classes: tuple[int, ...] = Field(default=(), description="Only rows of these classes.")
    shuffle: int | None = Field(default=None, description="A seed; the rows are shuffled before some are taken.")
    labels: bool = Field(
        default=True, description="Whether the student's code gets the labels; never those of a test set."
    )


USUAL: dict[str, Split] = {
    "train": Split(of="train", rows=(0, 0.8)),
    "valid": Split(of="train", rows=(0.8, 1)),
    "test": Split(of="test", labels=False),
}


def divide(parts: Mapping[str, Split], source: DataSet) -> Splits:
    """The rows of each split: the driver's, and the labels that stay here.

    Raises:
        GraderError: a split has no rows.
    """
    given: dict[str, Any] = {"classes": source.classes, "white": source.white or 1}
    labels: dict[str, Array] = {}
    for name, split in parts.items():
        X, y = _rows(split, source)
        if not len(y):
            raise GraderError(f"The split {name!r} of {source.name} has no rows; look at its rows and classes.")
        given[f"X_{name}"] = X
        if split.labels:
            given[f"y_{name}"] = y
        labels[name] = y
    return Splits(given, labels, source.name, source.source)


def _rows(split: Split, source: DataSet) -> tuple[Array, Array]:
    X, y = _all_rows(split, source)
    order = np.arange(len(y))
    if split.classes:
        order = order[np.isin(y, split.classes)]
    if split.shuffle is not None:
        order = np.random.default_rng(split.shuffle).permutation(order)
    chosen = order[_cut(split.rows, len(order))]
    return X[chosen], y[chosen]


def _all_rows(split: Split, source: DataSet) -> tuple[Array, Array]:
    if split.of == "test":
        return _whole(source.X_test, source.white), source.y_test
    X, y = _whole(source.X_train, source.white), source.y_train
    if source.X_valid is None or source.y_valid is None:
        return X, y
    return np.concatenate([X, _whole(source.X_valid, source.white)]), np.concatenate([y, source.y_valid])


def _cut(rows: tuple[float, float], count: int) -> slice:
    """From, to: shares where both are at most 1, otherwise counts of rows."""
    start, stop = rows if max(rows) > 1 else (edge * count + 1e-9 for edge in rows)
    return slice(int(start), int(stop))


def _whole(X: Array, white: int | None) -> Array:
    """Pixels as the whole numbers that they were: an eighth of the bytes, and what the course's files hold."""
    if white is None:
        return X
    whole: Array = X * white
    np.rint(whole, out=whole)
    return whole.astype(np.uint8)
