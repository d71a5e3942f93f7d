"""The few functions of pandas, SciPy and scikit-learn that hand-ins borrow around their own network, in numpy.

They stand in for packages that are not there: a script that cuts and scales its data with them can go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from grader.worker.encoders import ENCODERS, get_dummies, table
from grader.worker.frames import FRAMES

__all__ = ["BORROWED"]

Array = np.ndarray[Any, np.dtype[Any]]


def expit(x: Any) -> Any:
    """1 / (1 + exp(-x)), also where exp(-x) is too large for a number."""
    return np.exp(-np.logaddexp(0.0, -np.asarray(x)))


def logsumexp(a: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The logarithm of a sum of exponentials."""
    a = np.asarray(a)
    top = a.max(axis=axis, keepdims=True)
    told = np.log(np.exp(a - top).sum(axis=axis, keepdims=True)) + top
    return told if keepdims else np.squeeze(told, axis=axis)


def softmax(x: Any, axis: int | None = None) -> Any:
    """Exponentials over their sum."""
    x = np.asarray(x)
    return np.exp(x - logsumexp(x, axis=axis, keepdims=True))


def log_softmax(x: Any, axis: int | None = None) -> Any:
    """The logarithms of softmax."""
    x = np.asarray(x)
    return x - logsumexp(x, axis=axis, keepdims=True)


def xlogy(x: Any, y: Any) -> Any:
    """The product of x and log y, which is 0 where x is."""
    x = np.asarray(x)
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))


def accuracy_score(y_true: Any, y_pred: Any) -> float:
    """The share of labels that are right."""
    return float(np.mean(np.asarray(y_true) == np.asarray(y_pred)))


def log_loss(y_true: Any, y_pred: Any, *, normalize: bool = True, labels: Any = None) -> float:
    """The mean of the negative logarithms of the probabilities of the true labels, or (not `normalize`) their sum."""
    told, known = np.asarray(y_pred, dtype=np.float64), np.unique(np.asarray(y_true if labels is None else labels))
    if told.ndim == 1 or told.shape[1] == 1:
        told = np.stack([1.0 - told.reshape(-1), told.reshape(-1)], axis=1)
    if told.shape[1] != len(known):
        raise ValueError(f"y_true and y_pred contain different number of classes: {len(known)} vs {told.shape[1]}.")
    true = told[np.arange(len(told)), np.searchsorted(known, np.asarray(y_true).reshape(-1))]
    losses = -np.log(np.clip(true, np.finfo(np.float64).eps, 1.0))
    return float(losses.mean() if normalize else losses.sum())


def gen_batches(n: int, batch_size: int, *, min_batch_size: int = 0) -> Iterator[slice]:
    """Slices of so many rows; a last one that is too short joins the one before."""
    start = 0
    while start < n:
        end = start + batch_size if start + batch_size + min_batch_size <= n else n
        yield slice(start, end)
        start = end


def shuffle(*arrays: Any, random_state: Any = None) -> Any:
    """The rows of some arrays in one order drawn by chance."""
    order = _order(len(arrays[0]), random_state, None)
    taken = [_taken(array, order) for array in arrays]
    return taken[0] if len(taken) == 1 else taken


def train_test_split(
    *arrays: Any,
    test_size: float | None = None,
    train_size: float | None = None,
    random_state: Any = None,
    shuffle: bool = True,
    stratify: Any = None,
) -> list[Any]:
    """Each of the arrays in two parts: the rows for training, then those for testing."""
    count = len(arrays[0])
    if test_size is None:
        test_size = 0.25 if train_size is None else count - _rows(train_size, count, np.floor)
    held_out = _rows(test_size, count, np.ceil)
    kept = count - held_out if train_size is None else _rows(train_size, count, np.floor)
    order = _order(count, random_state, stratify) if shuffle else np.roll(np.arange(count), held_out)
    train, test = order[held_out : held_out + kept], order[:held_out]
    return [part for array in arrays for part in (_taken(array, train), _taken(array, test))]


def _rows(size: Any, count: int, rounded: Any) -> int:
    return int(rounded(size * count)) if isinstance(size, float) and size < 1 else int(size)


def _order(count: int, random_state: Any, stratify: Any) -> Array:
    """The rows by chance; with `stratify`, the classes alternate as evenly as they can."""
    drawn = random_state if hasattr(random_state, "permutation") else np.random.RandomState(random_state)
    order: Array = drawn.permutation(count)
    if stratify is None:
        return order
    labels = np.asarray(stratify).reshape(-1)[order]
    place = np.zeros(count)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        place[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
    return order[np.argsort(place, kind="stable")]


def _taken(array: Any, rows: Array) -> Any:
    if hasattr(array, "iloc"):
        return array.iloc[rows]
    return [array[row] for row in rows] if isinstance(array, (list, tuple)) else np.asarray(array)[rows]


class _Scaler:
    """What shifts and scales each column; a subclass says by what."""

    shift: Array
    factor: Array

    def __init__(self, **options: Any) -> None:
        self.options = options

    def fit(self, X: Any, y: Any = None) -> Self:
        raise NotImplementedError

    def transform(self, X: Any) -> Array:
        return np.asarray((table(X, np.float64) - self.shift) / self.factor)

    def fit_transform(self, X: Any, y: Any = None) -> Array:
        return self.fit(X).transform(X)

    def inverse_transform(self, X: Any) -> Array:
        return np.asarray(table(X, np.float64) * self.factor + self.shift)


class StandardScaler(_Scaler):
    """Each column with mean 0 and deviation 1."""

    def fit(self, X: Any, y: Any = None) -> Self:
        values = table(X, np.float64)
        self.mean_, self.var_ = values.mean(axis=0), values.var(axis=0)
        self.scale_ = np.where(self.var_ == 0, 1.0, np.sqrt(self.var_))
        self.shift = self.mean_ if self.options.get("with_mean", True) else np.zeros_like(self.mean_)
        self.factor = self.scale_ if self.options.get("with_std", True) else np.ones_like(self.scale_)
        return self


class MinMaxScaler(_Scaler):
    """Each column from 0 to 1, or over another range."""

    def fit(self, X: Any, y: Any = None) -> Self:
        values = table(X, np.float64)
        low, high = self.options.get("feature_range", (0, 1))
        self.data_min_, self.data_max_ = values.min(axis=0), values.max(axis=0)
        span = np.where(self.data_max_ == self.data_min_, 1.0, self.data_max_ - self.data_min_)
        self.factor = span / (high - low)
        self.shift = self.data_min_ - low * self.factor
        return self


def scale(X: Any) -> Array:
    """Each column with mean 0 and deviation 1, at once."""
    return StandardScaler().fit_transform(X)


_OF_SKLEARN = (accuracy_score, gen_batches, log_loss, scale, shuffle, train_test_split)
BORROWED: dict[tuple[str, str], Any] = {
    **{("scipy", function.__name__): function for function in (expit, log_softmax, logsumexp, softmax, xlogy)},
    **{("sklearn", function.__name__): function for function in _OF_SKLEARN},
    **{("sklearn", kind.__name__): kind for kind in (StandardScaler, MinMaxScaler)},
    **{("sklearn", name): value for name, value in ENCODERS.items()},
    ("pandas", "get_dummies"): get_dummies,
    **{("pandas", name): value for name, value in FRAMES.items()},
}
"""By the package and the name that it has there, in whichever of its modules."""
