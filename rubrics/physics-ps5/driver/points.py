"""How points and targets leave a preparation, in words that do not depend on which rows are held out."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import Unusable

from .reading import close, leaves


def canonical(x: Array) -> Array:
    """Divided by the deviation with N in it, where the hand-in has N - 1 there."""
    rows = len(x) if x.ndim else 0
    if x.ndim == 2 and rows > 2 and np.allclose(x.std(axis=0, ddof=1), 1, rtol=1e-5, atol=0):
        x = x * np.sqrt(rows / (rows - 1))
    return x


def is_standard(x: Array) -> bool:
    """Whether each column has mean 0 and deviation 1."""
    whole = canonical(x)
    return whole.ndim == 2 and bool(close(whole.mean(axis=0), 0) and close(whole.std(axis=0), 1))


def is_scaled(x: Array) -> bool:
    """Whether each column is standardised, or reaches from 0 or -1 to 1."""
    from_0 = close(x.min(axis=0), 0) or close(x.min(axis=0), -1)
    return is_standard(x) or bool(from_0 and close(x.max(axis=0), 1))


def told_of(X: Array, x_train: Array, x_test: Array, targets: Array) -> dict[str, Any]:
    """What became of the inputs X and of the targets."""
    whole = np.concatenate([x_train, x_test])
    train = whole if is_scaled(whole) else x_train
    return {
        "the inputs come out": _form(X, canonical(train)),
        "the test points are standardised": _form_of_test(X, x_train, x_test),
        "the targets lie": _form_of_targets(targets),
    }


def _form(X: Array, x: Array) -> str:
    """How standardised inputs look, as far as that does not depend on which rows they are."""
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    if np.isin(x, X.astype(x.dtype)).all():
        return "as they were"
    if is_scaled(x) and not is_standard(x):
        return f"from {x.min().round():.0f} to 1"
    if len(x) == len(X) and np.allclose(deviation, X.std(axis=0)):
        return "shifted and not scaled"
    centre = "with mean 0" if close(mean, 0) else "with another mean"
    return f"{centre} and {'deviation 1' if close(deviation, 1) else 'another deviation'}"


def _form_of_test(X: Array, x_train: Array, x_test: Array) -> str:
    """What the test points were standardised by; lost or doubled points are told elsewhere."""
    whole = np.concatenate([x_train, x_test])
    if whole.shape != X.shape or not len(x_test) or _misfit(X, whole) < 1e-5:  # in single precision
        return "as the training points"
    if np.isin(x_test, X.astype(x_test.dtype)).all():
        return "not at all"
    return "by themselves" if is_standard(x_test) else "otherwise"


def _form_of_targets(targets: Array) -> str:
    """Whether a sigmoid can come near to the targets, of which one in four is 1."""
    if not targets.size:
        return "nowhere"
    targets = targets.astype(np.float64)
    if (targets > -1e-9).all() and (targets < 1 + 1e-9).all():
        return "within a sigmoid's reach"
    return f"beyond a sigmoid's reach{', standardised' if abs(targets.mean()) < 0.3 and targets.max() > 1.2 else ''}"


def _misfit(X: Array, x: Array) -> float:
    """How far the points are from one shift and one scale of each column; the order of the rows does not matter."""
    pairs = zip(np.sort(X, axis=0).T, np.sort(x, axis=0).T, strict=True)
    return max(float(np.abs(np.polyval(np.polyfit(raw, told, 1), raw) - told).max()) for raw, told in pairs)


def parts_of(returned: Any) -> tuple[Array, Array, Array, Array]:
    """x_train, x_test, y_train and y_test by their shapes; the larger part is for training."""
    listed = leaves(returned)
    inputs = [each if each.shape[1] == 2 else each.T for each in listed if each.ndim == 2 and 2 in each.shape]
    targets = [each.reshape(-1) for each in listed if each.ndim == 1 or 1 in each.shape]
    if not inputs:
        raise Unusable("No array with two columns came back.")
    inputs.sort(key=len, reverse=True)
    train, test = inputs[0], inputs[1] if len(inputs) > 1 else np.zeros((0, 2))
    of = {len(each): each for each in reversed(targets)}
    return train, test, of.get(len(train), np.zeros(0)), of.get(len(test), np.zeros(0))


def whereabouts(x_train: Array, x_test: Array, y_train: Array, y_test: Array, rows: int) -> dict[str, Any]:
    """Rows are told by the rank of their first input, which standardising keeps; labels by their own."""
    x, y = _ranks(np.concatenate([x_train[:, 0], x_test[:, 0]])), _ranks(np.concatenate([y_train, y_test]))
    train, test = set(x[: len(x_train)]), set(x[len(x_train) :])
    in_order = list(x) in (sorted(x), _last_first(x, len(x_train)))
    together = len(x) == len(y) and bool((x == y).all())
    return {
        "rows for training": float(len(x_train)),
        "rows for testing": float(len(x_test)),
        "rows in both parts": float(len(train & test)),
        "rows in neither part": float(rows - len(train | test)),
        "the labels stand": "beside their points" if together else "beside other points",
        "the points come": f"in {'the order of the file' if in_order else 'another order'}",
    }


def _last_first(x: Array, train: int) -> list[int]:
    """The ranks of rows that are cut in the order of the file, with the test rows at its beginning."""
    ordered = sorted(x)
    return ordered[len(x) - train :] + ordered[: len(x) - train]


def _ranks(values: Array) -> Array:
    return np.unique(values, return_inverse=True)[1].reshape(-1)
