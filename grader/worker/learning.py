"""A whole training run, told epoch by epoch: what a write-up's experiments are made of. It runs in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

__all__ = ["Array", "in_parts", "learn", "own_order", "predicted"]

Array = np.ndarray[Any, np.dtype[Any]]
Batch = tuple[Array, Array]  # the numbers of some rows, and their labels
_PART = 256  # rows; some right solutions make arrays of rows times inputs times hidden units


def learn(
    batches: Callable[[int], Iterable[Batch]],
    step: Callable[[Array, Array], dict[str, Any]],
    after: Callable[[], dict[str, Any]],
    epochs: int,
) -> dict[str, Any]:
    """Take a step for each batch of each epoch, and tell what `after` sees when an epoch is over.

    Args:
        batches: the batches of an epoch, counted from 0.
        step: loss and accuracy of a batch, taken before the update that it ends with.
        after: numbers become curves, and arrays predictions.

    Returns:
        `epochs`, `history` (a list for each curve; "train loss" and "train accuracy" are means over the batches)
        and `predictions` (epochs, rows).
    """
    history: dict[str, list[float]] = {"train loss": [], "train accuracy": []}
    predictions: dict[str, list[Array]] = {}
    for epoch in range(epochs):
        told = [step(rows, y) for rows, y in batches(epoch)]
        history["train loss"].append(_mean([each.get("loss") for each in told]))
        history["train accuracy"].append(_mean([each.get("accuracy") for each in told]))
        for name, value in after().items():
            if isinstance(value, np.ndarray):
                predictions.setdefault(name, []).append(value)
            else:
                history.setdefault(name, []).append(float(value))
    arrays = {name: np.array(each) for name, each in predictions.items()}
    return {"epochs": epochs, "history": history, "predictions": arrays}


def in_parts(function: Callable[..., Any], *arrays: Array) -> list[tuple[int, Any]]:
    """What `function` gives for some rows at a time, each with the number of its rows."""
    starts = range(0, len(arrays[0]), _PART)
    parts = [[array[start : start + _PART] for array in arrays] for start in starts]
    return [(len(part[0]), function(*part)) for part in parts]


def predicted(probabilities: Array) -> Array:
    """The likeliest class of each row; -1 where a row has no finite answer."""
    return np.where(np.isfinite(probabilities).all(axis=1), np.argmax(probabilities, axis=1), -1)


def own_order(y: Array, batch_size: int, rng: np.random.Generator) -> list[Batch]:
    """Every row once, in a random order; the last batch may be short."""
    order = rng.permutation(len(y))
    parts = [order[start : start + batch_size] for start in range(0, len(y), batch_size)]
    return [(rows, y[rows]) for rows in parts]


def _mean(values: list[Any]) -> float:
    numbers = [float(np.mean(value)) for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers else float("nan")
