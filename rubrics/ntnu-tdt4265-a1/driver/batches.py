"""The batches of an epoch."""

from __future__ import annotations

import numpy as np

from grader.worker.batching import read_batches
from grader.worker.calling import Array, Offer, call
from grader.worker.handin import Unusable

from .calls import Calls
from .loops import Loops
from .names import BATCH, IMAGES, TARGETS
from .parts import Parts


class Batches:
    """The batches of one hand-in, from its function or from its loop."""

    def __init__(self, parts: Parts, calls: Calls, loops: Loops) -> None:
        self._parts, self._calls, self._loops = parts, calls, loops

    def of_an_epoch(
        self, X: Array, y: Array, batch_size: int, shuffle: bool, seed: int | None = None, drop_last: bool = False
    ) -> list[list[Array]]:
        """The hand-in's batches, each as [inputs, labels]."""
        np.random.seed(seed)
        if self._parts.cuts_its_own:
            return self._loops.batches(X, y, batch_size, shuffle, drop_last)
        offers = [
            Offer(X, IMAGES, "X"),
            Offer(np.asarray(y).reshape(-1, 1), TARGETS, "Y"),
            Offer(int(batch_size), BATCH, "batch_size"),
            Offer(bool(shuffle), r".*shuffle.*", "shuffle"),
            Offer(bool(drop_last), r"drop.*", "drop_last"),
        ]
        made = self._calls.call("batch_loader", self._parts.load("batches"), offers)
        batches: list[list[Array]] = call(
            self._parts.handin, "batch_loader", read_batches, made, "batch_loader", 4 * len(X) + 16
        )
        odd = next((X_batch.shape for X_batch, _ in batches if X_batch.size and X_batch.shape[1:] != X.shape[1:]), None)
        if odd:
            raise Unusable(f"The images of a batch have the shape {odd}; {X.shape[1]} columns went in.")
        return batches
