"""The functions beside the models: losses, accuracies and one-hot labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, number, numbers

from .calls import Calls
from .held import one_hot, other_name
from .models import Models
from .names import FORWARD, IMAGES, NETWORK, TARGETS
from .parts import Parts
from .passes import replaced


class Helpers:
    """The helpers of one hand-in."""

    def __init__(self, parts: Parts, calls: Calls, models: Models) -> None:
        self._parts, self._calls, self._models = parts, calls, models

    def binary_cross_entropy(self, probabilities: Array, y: Array) -> Any:
        """The loss of (N, 2) probabilities, of which the second belongs to the positive class, and (N,) labels."""
        p, targets = probabilities[:, 1:].copy(), np.asarray(y).reshape(-1, 1)
        return number(self._models.loss("binary", targets, p), "What cross_entropy_loss returned")

    def softmax_cross_entropy(self, probabilities: Array, y: Array) -> Any:
        """The loss of (N, C) probabilities and (N,) labels."""
        loss = self._models.loss("softmax", one_hot(y, probabilities.shape[1]), probabilities.copy())
        return number(loss, "What cross_entropy_loss returned")

    def one_hot(self, y: Array, classes: int) -> Array:
        """Rows of zeros with a one at the label."""
        offers = [
            Offer(np.asarray(y).reshape(-1, 1), TARGETS, "Y"),
            Offer(int(classes), r".*class.*|c|k|n", "num_classes"),
        ]
        made = self._calls.call("one_hot_encode", self._parts.load("one-hot"), offers)
        return numbers(made, "What one_hot_encode returned")

    def binary_accuracy(self, probabilities: Array, y: Array) -> Any:
        """The share of rows predicted right, by the second of two probabilities."""
        return self._accuracy("binary", probabilities[:, 1:], np.asarray(y).reshape(-1, 1))

    def softmax_accuracy(self, probabilities: Array, y: Array) -> Any:
        """The share of rows predicted right, by (N, C) probabilities."""
        return self._accuracy("softmax", probabilities, one_hot(y, probabilities.shape[1]))

    def _accuracy(self, kind: str, outputs: Array, targets: Array) -> Any:
        model = self._models.build(other_name(kind), {"inputs": 784, "classes": outputs.shape[1]})
        X = model.form.rows(np.zeros((len(outputs), 784)))
        with replaced(model.network, FORWARD, lambda X, *_: outputs[: len(X)]):
            offers = [Offer(X, IMAGES, "X"), Offer(targets, TARGETS, "targets"), Offer(model.network, NETWORK, "model")]
            told = self._calls.call("calculate_accuracy", self._parts.load(f"{kind}-accuracy"), offers)
        return number(told, "What calculate_accuracy returned")
