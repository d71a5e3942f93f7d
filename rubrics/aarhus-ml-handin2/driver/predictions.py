"""What predict and score return."""

from __future__ import annotations

from typing import Any

from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers
from grader.worker.handin import Unusable

from .names import PARAMS, X_TRAIN, Y_TRAIN
from .nouns import Container, Model
from .parts import Parts


class Predictions:
    """What predict and score return."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def predict(self, model: Model, X: Array) -> Array:
        """The predicted labels (N,), whether they come as a vector, a row or a column."""
        return self._predicted(model.network, X.copy(), model.params)

    def score(self, model: Model, X: Array, y: Array) -> float | Array:
        """The accuracy that score returns."""
        score = self._parts.method(model.network, "score")
        offers = [Offer(X, X_TRAIN, "X"), Offer(y, Y_TRAIN, "y"), Offer(model.params, PARAMS, "params")]
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
