"""The batches that a hand-in makes, whatever it returns them in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.worker.calling import Array, numbers
from grader.worker.handin import Unusable

__all__ = ["in_order", "read_batches", "require_most_rows", "row_numbers"]


def read_batches(result: Any, name: str, most: int) -> list[list[Array]]:
    """Batches as [inputs, labels], from two lists (or generators) of batches, or from one of pairs.

    Args:
        name: what returned them, for messages.
        most: how many there may be; a generator without end is told as such.
    """
    if result is None:
        raise Unusable(f"{name} returned None.", "Is a return statement missing?")
    try:
        items = list(itertools.islice(iter(result), most + 1))
    except TypeError:
        raise Unusable(f"{name} returned a value of type {type(result).__name__}, not batches.") from None
    if len(items) > most:
        raise Unusable(f"{name} goes on giving batches without end.")
    if len(items) == 2 and not _is_pair(items[0]):
        listed = [_batches_in(column, name, most) for column in items]
        columns = [[numbers(batch, f"A batch from {name}") for batch in column] for column in listed]
        return [list(pair) for pair in itertools.zip_longest(*columns, fillvalue=np.zeros(0))]
    if not all(_length(item) == 2 for item in items):
        raise Unusable(f"{name} returned neither two lists of batches nor pairs of inputs and labels.")
    return [[numbers(part, f"A batch from {name}") for part in item] for item in items]


def _batches_in(column: Any, name: str, most: int) -> list[Any]:
    if isinstance(column, Iterator):
        column = list(itertools.islice(column, most + 1))
        if len(column) > most:
            raise Unusable(f"{name} goes on giving batches without end.")
    if _length(column) is None:
        raise Unusable(f"{name} returned a value of type {type(column).__name__} where a list of batches was expected.")
    return list(column)


def _is_pair(item: Any) -> bool:
    """Whether an item is (inputs, labels) of one batch: a matrix beside a vector, or beside one of another width."""
    if _length(item) != 2:
        return False
    try:
        inputs, labels = (np.shape(part) for part in item)
    except ValueError:  # ragged
        return False
    return len(inputs) == 2 and (len(labels) == 1 or (len(labels) == 2 and labels[1] != inputs[1]))


def _length(value: Any) -> int | None:
    """The number of items of a list, tuple or array; None for anything else."""
    return len(value) if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim) else None


def row_numbers(inputs: Array) -> Array:
    """Which rows are in a batch whose inputs are the rows' own numbers."""
    return np.rint(inputs.reshape(-1)).astype(np.int64)


def require_most_rows(batches: Iterable[tuple[Array, Array]], count: int) -> None:
    """Raise unless batches of row numbers and labels hold rows that there are, as many as labels, and most of them."""
    held = 0
    for rows, labels in batches:
        if len(rows) != len(labels) or not len(rows) or rows.min() < 0 or rows.max() >= count:
            raise Unusable("a batch is empty, or has other rows or labels than it was made from")
        held += len(rows)
    if 2 * held < count:
        raise Unusable("most rows are in no batch")


@contextmanager
def in_order(*, every: bool = False) -> Iterator[None]:
    """While it lasts, the first order that numpy draws is the one there is; one drawn apart from it is another.

    A loop that shuffles by itself then starts on the rows that are expected, and two that belong together stay so
    where the same order, or the same state of the generator, is used for both.

    Args:
        every: have all orders be the one there is, where what the loop shuffles apart is told elsewhere.
    """
    kept = np.random.permutation, np.random.shuffle, np.random.default_rng
    first: list[bytes] = []

    def turned(rows: Array) -> Array:
        state = np.random.get_state(legacy=False)["state"]
        now = state["key"].tobytes() + str(state["pos"]).encode()
        first[:] = first or [now]
        np.random.random_sample()
        return rows if every or now == first[0] else np.roll(rows, 1, axis=0)

    np.random.permutation = lambda x: turned(_counted(x))
    np.random.shuffle = lambda x: _put_back(x, turned)
    np.random.default_rng = lambda *_, **__: _InOrder(turned)
    try:
        yield
    finally:
        np.random.permutation, np.random.shuffle, np.random.default_rng = kept


class _InOrder(np.random.Generator):
    """A generator that draws numbers as any other, and orders as it is told."""

    def __init__(self, turned: Callable[[Array], Array]) -> None:
        super().__init__(np.random.PCG64(0))
        self._turned = turned

    def permutation(self, x: Any, axis: int = 0) -> Array:
        return self._turned(_counted(x))

    def shuffle(self, x: Any, axis: int = 0) -> None:
        _put_back(x, self._turned)


def _counted(x: Any) -> Array:
    return np.arange(x) if np.ndim(x) == 0 else np.array(x)


def _put_back(x: Any, turned: Callable[[Array], Array]) -> None:
    order = turned(np.arange(len(x)))
    x[:] = x[order] if isinstance(x, np.ndarray) else [x[place] for place in order]
