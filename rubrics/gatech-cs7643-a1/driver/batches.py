"""The hand-in's batches, and the epochs of a training run that are made of them."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from grader.worker.batching import read_batches, require_most_rows, row_numbers
from grader.worker.calling import Array, Offer, call, fit_arguments, takes
from grader.worker.learning import own_order
from grader.worker.naming import BATCH_SIZE, LABELS, ROWS, SEED, SHUFFLE

from .parts import Parts

__all__ = ["batches", "epochs"]


def batches(
    parts: Parts, X: Array, y: Array, batch_size: int, shuffle: bool, seed: int | None = None
) -> list[list[Array]]:
    """The hand-in's batches, each as [inputs, labels]; an empty one is kept as it is."""
    function = parts.load("utils")
    random.seed(seed)
    np.random.seed(seed)
    offers = [
        Offer(X, ROWS + r"|.*data.*|.*image.*", "data"),
        Offer(y, LABELS + r"|.*label.*|.*target.*", "label"),
        Offer(int(batch_size), BATCH_SIZE, "batch_size"),
        Offer(bool(shuffle), SHUFFLE, "shuffle"),
    ]
    if takes(function, SEED):
        offers.append(Offer(seed, SEED, "seed"))
    name = getattr(function, "__name__", "generate_batched_data")
    given, named = fit_arguments(name, function, offers)
    result = call(parts.handin, name, function, *given, **named)
    read: list[list[Array]] = call(parts.handin, name, read_batches, result, name, 4 * len(X) + 16)
    return read


def epochs(
    parts: Parts, y: Array, batch_size: int, seed: int
) -> tuple[Callable[[int], list[tuple[Array, Array]]], list[str]]:
    """The batches of an epoch as the hand-in makes them, or in an order of our own where it does not."""

    def own(epoch: int) -> list[tuple[Array, Array]]:
        return own_order(y, batch_size, np.random.default_rng([seed, epoch]))

    def theirs(epoch: int) -> list[tuple[Array, Array]]:
        rows = np.arange(len(y), dtype=np.float64)[:, None]  # numbers of rows go through it like images
        made = batches(parts, rows, y.copy(), batch_size, True, 1_000 * seed + epoch)
        return [(row_numbers(part), np.asarray(labels, np.int64).reshape(-1)) for part, labels in made]

    try:
        require_most_rows(theirs(0), len(y))
    except Exception as error:  # it loses points for that elsewhere; the curves are of the model
        return own, [f"Your own batches could not be used ({parts.handin.told(error)}); rows were shuffled for you."]
    return theirs, []
