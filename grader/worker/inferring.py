"""Probabilities that a hand-in computes and does not give away: seen on their way to the loss, or told by losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.worker.calling import Array

__all__ = ["computed_from", "infer_probabilities", "probabilities_by_losses"]

_MOST_LOSSES = 20_000
_ENOUGH = 5  # rows, to see that an answer is the same whatever is asked
_SOME = 2  # rows that are asked about, to believe what was seen

Loss = Callable[[Array, Array], Any]  # of a batch and its labels


def infer_probabilities(X: Array, classes: int, loss: Loss) -> Array | None:
    """The probabilities of every row, from a loss that is the negative logarithm of one; None: it is not.

    The last array on the way from the inputs to the loss that looks like probabilities is believed where the losses
    of two rows confirm it. Otherwise every row is asked about, with every label.
    """
    watched = _last_probabilities(X, classes, loss)
    if watched is not None:
        asked = probabilities_by_losses(X[:_SOME], classes, loss)
        if asked is None:
            return None
        if np.allclose(asked, watched[:_SOME], atol=1e-6):
            return watched
    return None if len(X) * classes > _MOST_LOSSES else probabilities_by_losses(X, classes, loss)


def probabilities_by_losses(X: Array, classes: int, loss: Loss) -> Array | None:
    """The probability of each class as the loss of one row with that label tells it; None: they do not add up to 1."""
    rows: list[Array] = []
    for row in np.array(X):
        losses = [loss(row[None].copy(), np.array([c])) for c in range(classes)]
        p = np.exp(-np.array([float(np.mean(each)) for each in losses]))
        if not abs(float(p.sum()) - 1) < 1e-3:
            return None
        rows.append(p)
        if len(rows) == _ENOUGH and np.ptp(rows) == 0:
            return np.full((len(X), classes), rows[0][0])  # labels make no difference; nor will they later
    return np.array(rows)


def _last_probabilities(X: Array, classes: int, loss: Loss) -> Array | None:
    labels = np.arange(len(X), dtype=np.int64) % classes
    seen = computed_from(X, lambda watched: loss(watched, labels))
    shape = (len(X), classes)
    likely = [p for p in seen if p.shape == shape and (p >= 0).all() and np.allclose(p.sum(axis=1), 1)]
    return likely[-1] if likely else None


def computed_from(X: Array, function: Callable[[Array], Any]) -> list[Array]:
    """Every matrix that a function computes from X, in order; none where it cannot work with an array that watches."""
    _Watched.seen = []
    try:
        function(np.array(X, dtype=np.float64).view(_Watched))
    except Exception:  # the hand-in may not work with an array of another class; then it is asked
        return []
    finally:
        seen, _Watched.seen = _Watched.seen, []
    return seen


class _Watched(np.ndarray[Any, np.dtype[Any]]):
    """An array that keeps a copy of whatever is computed from it."""

    seen: list[Array] = []  # noqa: RUF012  one list for all of them is the point

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        kwargs = {name: _unwatched(value) for name, value in kwargs.items()}
        result = getattr(ufunc, method)(*map(_unwatched, inputs), **kwargs)
        if not isinstance(result, np.ndarray):
            return result
        if result.ndim == 2 and result.dtype.kind == "f":
            _Watched.seen.append(result.copy())
        return result.view(_Watched)


def _unwatched(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_unwatched, value))
    return value.view(np.ndarray) if isinstance(value, _Watched) else value
