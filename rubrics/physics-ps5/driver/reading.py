"""What hand-ins give back, in the grader's own layouts: weights, activations, predictions, and arrays in anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, numbers, takes
from grader.worker.handin import Unusable

from .names import BLOCKS, FIRST, HIDDEN, INPUTS, KEYS, SECOND, WEIGHTS


def blocks(w: Array) -> dict[str, Array]:
    """The 29 numbers in the five blocks of the course's drawing."""
    if w.shape != (WEIGHTS,):
        raise Unusable(f"{WEIGHTS} weights were expected; the shape is {w.shape}.")
    ends = np.cumsum(list(BLOCKS.values()))
    return {name: w[end - size : end] for (name, size), end in zip(BLOCKS.items(), ends, strict=True)}


def new_weights(returned: Any, in_place: Array | None) -> Array:
    """The weights after the step, from whatever came back; those changed in place where nothing came back."""
    if returned is None and in_place is not None:
        return in_place
    if returned is None:
        raise Unusable("backward_propagation gave nothing back.", "Is a return statement missing?")
    whole = array_of(returned)
    listed = [whole] if whole is not None and whole.size == WEIGHTS else leaves(returned)
    fitting = next((each for each in listed if each.size == WEIGHTS), None)
    if fitting is None:
        shapes = ", ".join(str(each.shape) for each in listed) or "nothing that is made of numbers"
        raise Unusable(f"backward_propagation gave back {shapes}; expected the {WEIGHTS} new weights.")
    return fitting.reshape(-1)


def vector_of(weights: Any) -> Any:
    """Weights that are kept by their names as a vector; anything else as it is."""
    if isinstance(weights, dict) and all(key in weights for key in KEYS):
        return numbers([np.ravel(weights[key])[0] for key in KEYS], "the weights")
    return weights


def offered_points(function: Callable[..., Any], X: Array, x: Array) -> list[Offer]:
    """The inputs: x as it is laid out, or each column by itself where a function takes two."""
    if takes(function, FIRST) and takes(function, SECOND):
        return [Offer(X[:, 0], FIRST), Offer(X[:, 1], SECOND)]
    return [Offer(x, INPUTS)]


def weights_and_losses(returned: Any) -> tuple[Array, Array | None]:
    """What a training loop gave back: the 29 weights, and the losses if there are any."""
    items = returned if isinstance(returned, (tuple, list)) else [returned]
    arrays = [_without_epochs(each).reshape(-1) for each in leaves(tuple(map(vector_of, items)))]
    weights = [each for each in arrays if each.size == WEIGHTS]
    if not weights:
        raise Unusable("The training loop did not give the 29 weights back.")
    losses = [each for each in arrays if each.size != WEIGHTS and each.size > 1]
    return weights[0], losses[0] if losses else None


def _without_epochs(record: Array) -> Array:
    """A record of a training without its first column, where that counts the epochs."""
    counts = record.ndim == 2 and record.shape[1] > 1 and record[0, 0] in (0, 1) and (np.diff(record[:, 0]) > 0).all()
    return record[:, 1:] if counts and (record[:, 0] % 1 == 0).all() else record


def sorted_out(returned: Any, rows: int) -> tuple[Any, Any]:
    """Hidden activations and prediction by their sizes, in whatever order they came; extra values are ignored."""
    items = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    items = list(returned.values()) if isinstance(returned, dict) else items
    if returned is None:
        raise Unusable("forward_pass gave nothing back.", "Is a return statement missing?")
    sizes = [array.size if (array := array_of(item)) is not None else -1 for item in items]
    hidden = next((item for item, size in zip(items, sizes, strict=True) if size in (7 * rows, 8 * rows)), None)
    prediction = next((item for item, size in zip(items, sizes, strict=True) if size == rows), None)
    if prediction is None:
        rest = [item for item in items if item is not hidden]
        if not rest:
            raise Unusable("forward_pass gave back no prediction.")
        prediction = rest[-1]
    return hidden, prediction


def rows_of_hidden(hidden: Array | None, rows: int, by_columns: bool) -> Array | None:
    """The hidden activations as (N, 7), without a column of ones for the bias."""
    if hidden is None:
        return None
    units = hidden.size // rows
    matrix = hidden.reshape(units, rows).T if by_columns else hidden.reshape(rows, units)
    if units == HIDDEN + 1:
        return matrix[:, 1:] if (matrix[:, 0] == 1).all() else matrix[:, :-1]
    return matrix


def flat_prediction(prediction: Any, rows: int) -> Array:
    """The prediction as (N,), where it has N entries."""
    array = numbers(prediction, "the prediction")
    return array.reshape(-1) if array.size == rows else array


def like(y: Array, prediction: Any) -> Array:
    """The targets as floats, in the shape of the hand-in's own predictions."""
    shape = np.shape(prediction)
    targets = np.array(y, dtype=np.float64)
    return targets.reshape(shape) if shape and targets.size == int(np.prod(shape)) else targets


def array_of(value: Any) -> Array | None:
    """The value as an array of numbers, or None where it is none."""
    try:
        return numbers(value, "it")
    except (Unusable, ValueError):
        return None


def leaves(value: Any) -> list[Array]:
    """The arrays in nested tuples, lists and dictionaries, in order; a list of numbers is one array."""
    return list(_leaf_arrays(value, 4))


def _leaf_arrays(value: Any, depth: int) -> Iterator[Array]:
    parts: Iterable[Any] | None = value.values() if isinstance(value, dict) else None
    if isinstance(value, tuple) or (isinstance(value, list) and array_of(value) is None):
        parts = value
    if parts is not None and depth:
        for item in parts:
            yield from _leaf_arrays(item, depth - 1)
        return
    array = array_of(value)
    if array is not None:
        yield array


def close(values: Any, others: Any) -> bool:
    """Whether numbers are the same but for single precision."""
    one, other = np.asarray(values, dtype=np.float64), np.asarray(others, dtype=np.float64)
    return (one.shape == other.shape or other.ndim == 0) and bool(np.allclose(one, other, rtol=1e-5, atol=1e-5))
