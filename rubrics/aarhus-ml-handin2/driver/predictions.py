"""What predict and score return."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers
from grader.worker.handin import Unusable

from .names import PARAMS, X_TRAIN, Y_TRAIN
from .nouns import Container, Model
from .parts import Parts

_RIGHT = 3  # rows of so many classes


class Predictions:
    """What predict and score return."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def predict(self, model: Model, X: Array) -> Array:
        """The predicted labels (N,), whether they come as a vector, a row or a column."""
        return self._predicted(model.network, X.copy(), model.params)

    def score(self, model: Model, X: Array, y: Array) -> float | Array:
        """The accuracy that score returns where the hand-in itself predicts the rows of the first classes right.

        So what is wrong with predict costs nothing here: only which rows are right matters, not what they show.
        """
        right, classes = y < _RIGHT, model.sizes["classes"]
        told = self._score(model, X, _labels_by(self.labels(model.network, X.copy(), model.params), right, classes))
        if np.size(told) == 1 and np.isclose(told, right.mean()):
            return told
        seen = self._labels_of_score(model, X)  # a score that computes without predict is as good
        by_itself = told if seen is None else self._score(model, X, _labels_by(seen, right, classes))
        return by_itself if np.size(by_itself) == 1 and np.isclose(by_itself, right.mean()) else told

    def _labels_of_score(self, model: Model, X: Array) -> Array | None:
        """The label of each row that score calls right, where it does so of just one."""
        told = np.zeros((len(X), model.sizes["classes"]), dtype=bool)
        with suppress(Exception):  # what is wrong with score is told by the call that went before
            for row, label in np.ndindex(told.shape):
                told[row, label] = np.all(self._score(model, X[[row]], np.array([label])))
        return told.argmax(axis=1) if (told.sum(axis=1) == 1).all() else None

    def _score(self, model: Model, X: Array, y: Array) -> float | Array:
        score = self._parts.method(model.network, "score")
        offers = [Offer(X.copy(), X_TRAIN, "X"), Offer(y.copy(), Y_TRAIN, "y"), Offer(model.params, PARAMS, "params")]
        given, named = fit_arguments("score", score, offers)
        if not any(value is model.params for value in (*given, *named.values())):
            model.network.params = model.params
        return number(call(self._parts.handin, "score", score, *given, **named), "What score returned")

    def labels(self, network: Any, X: Array, params: Container | None) -> Array:
        """One predicted label for each row, to go by."""
        labels = self._predicted(network, X, params)
        if labels.shape != (len(X),):
            shapes = f"{labels.shape}; {(len(X),)}"
            raise Unusable(f"predict returned an array of shape {shapes} was expected.", "One label for each row?")
        return labels

    def _predicted(self, network: Any, X: Array, params: Container | None) -> Array:
        predict = self._parts.method(network, "predict")
        offers = [Offer(X, X_TRAIN, "X"), *([] if params is None else [Offer(params, PARAMS, "params")])]
        given, named = fit_arguments("predict", predict, offers)
        if params is not None and not any(value is params for value in (*given, *named.values())):
            network.params = params
        labels = numbers(call(self._parts.handin, "predict", predict, *given, **named), "What predict returned")
        return labels.reshape(-1) if labels.shape in {(1, len(X)), (len(X), 1)} else labels


def _labels_by(predicted: Array, right: Array, classes: int) -> Array:
    """Labels by which just some rows are predicted right."""
    return np.where(right, predicted, (predicted + 1) % classes)
