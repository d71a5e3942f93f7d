"""The hand-in's pre-processing: pixels in a small range, and a column of ones."""

from __future__ import annotations

import re
from contextlib import suppress

import numpy as np

from grader.worker.calling import Array, Offer, numbers, parameters_of
from grader.worker.handin import spelled

from .calls import Calls
from .names import IMAGES
from .parts import Parts


class Images:
    """Images as the hand-in's own pre-processing makes them."""

    def __init__(self, parts: Parts, calls: Calls) -> None:
        self._parts, self._calls = parts, calls
        self._bias_first: bool | None = None

    def pre_process(self, images: Array, others: Array) -> dict[str, Array]:
        """Two sets of images after the hand-in's pre-processing: their pixels, and the column for the bias."""
        told: dict[str, Array] = {}
        first = (float(images.mean()), float(images.std()))
        for name, given in (("pixels", images), ("other pixels", others)):
            made = self.prepared(given, first)
            if made.ndim != 2 or made.shape[1] != given.shape[1] + 1:
                told[name] = made
                continue
            ahead = self.has_bias_first()
            told[name] = made[:, 1:] if ahead else made[:, :-1]
            told[name.replace("pixels", "bias")] = made[:, 0] if ahead else made[:, -1]
        return told

    def has_bias_first(self) -> bool:
        """Whether the hand-in's pre-processing puts the column of ones before the pixels."""
        if self._bias_first is None:
            self._bias_first = False
            with suppress(Exception):  # what is wrong with it is told elsewhere
                columns = self.prepared(_some_images())
                self._bias_first = columns.shape[1] == 785 and _constant(columns[:, 0]) > _constant(columns[:, -1])
        return self._bias_first

    def prepared(self, images: Array, statistics: tuple[float, float] = (33.3, 78.6)) -> Array:
        """Images after the hand-in's pre-processing, which may ask for statistics of the training images."""
        mean, std = statistics
        offers = [Offer(images.copy(), IMAGES, "X"), Offer(mean, r"mean|mu|avg"), Offer(std, r"std|sigma|deviation")]
        made = self._calls.call(
            "pre_process_images", self._parts.load("pre-processing"), offers[: 1 + 2 * self._wants_statistics()]
        )
        return numbers(made, "What pre_process_images returned")

    def _wants_statistics(self) -> bool:
        listed = parameters_of(self._parts.load("pre-processing")) or ()
        return any(re.fullmatch(r"mean|mu|avg|std|sigma", spelled(each.name)) for each in listed)


def _some_images() -> Array:
    return np.random.RandomState(3).randint(0, 256, (12, 784)).astype(np.float64)


def _constant(column: Array) -> bool:
    return bool(np.ptp(column) == 0)
