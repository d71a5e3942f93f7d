"""The forward pass, and the backward pass where a method of its own does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, call, fit_arguments, number, numbers, parameters_of, takes
from grader.worker.handin import Missing, Unusable, spelled
from grader.worker.helpers import latest
from grader.worker.holding import gradient_picture
from grader.worker.inferring import infer_probabilities
from grader.worker.methods import find_method, mentioned
from grader.worker.naming import GUESSES, LABELS, MODE, ROWS, TRAINING
from grader.worker.results import listed, loss_and_accuracy

from .gradients import Gradients
from .helpers import Helpers
from .names import ASKED_FOR, BACKWARD, EVALUATION, FORWARD
from .nouns import Model

__all__ = ["Passes"]

_X, _Y = object(), object()  # stand for a batch in arguments that are laid out beforehand


class Passes:
    """Batches through the models of one hand-in."""

    def __init__(self, helpers: Helpers, gradients: Gradients) -> None:
        self._handin, self._helpers, self._gradients = helpers.handin, helpers, gradients
        self._apart: dict[str, bool] = {}  # by the kind of model: whether forward leaves the way back to another method
        self._shown: set[str] = set()  # models whose softmax has shown their probabilities: no more is recorded then

    def evaluate(self, model: Model, X: Array, y: Array, mode: str, gradients: bool) -> dict[str, Any]:
        """Loss and accuracy of a batch and, in mode "train", the gradients, as the hand-in gives them."""
        backward = self.separate_backward(model) if mode == "train" else None
        before = gradient_picture(model.network) if backward else {}
        if backward is None:
            result = self.caller(model, mode)(X, y)
        else:
            with self._helpers.recording(model, "softmax") as seen:
                result = self.caller(model, mode)(X, y)
        answer, rest = self.read(model, result, y)
        if mode != "train":
            return answer
        model.returned = {}
        if backward is not None and gradient_picture(model.network) == before:
            rest = [*rest, self._go_back(model, backward, X, y, result, seen)]
        if not gradients and not rest:
            return answer
        return {**answer, "gradients": self._gradients.read(model, rest)}

    # forward

    def caller(self, model: Model, mode: str) -> Callable[[Array, Array], Any]:
        """The hand-in's forward pass as a function of a batch alone; a long training asks for thousands."""
        if mode not in model.calls:
            model.calls[mode] = self._find_forward(model, mode)
        found: Callable[[Array, Array], Any] = model.calls[mode]
        return found

    def _find_forward(self, model: Model, mode: str) -> Callable[[Array, Array], Any]:
        what = f"{type(model.network).__name__}.forward"
        forward = find_method(model.network, FORWARD)
        if forward is None:
            raise Missing(f"{type(model.network).__name__} has no method forward.")
        given, named = _forward_arguments(what, forward, mode)

        def run(X: Array, y: Array) -> Any:
            arguments = [X if value is _X else y if value is _Y else value for value in given]
            if not named:
                return call(self._handin, what, forward, *arguments)
            more = {name: X if value is _X else y if value is _Y else value for name, value in named.items()}
            return call(self._handin, what, forward, *arguments, **more)

        return run

    def read(self, model: Model, result: Any, y: Array) -> tuple[dict[str, Any], list[Any]]:
        """Loss and accuracy out of whatever forward returned, and what else was in it."""
        if result is None:
            raise Unusable("forward returned None.", "Is a return statement missing?")
        loss, accuracy, rest = loss_and_accuracy(result)
        if loss is None and accuracy is None and any(item is None for item in listed(result)):
            raise Unusable("forward returned None in place of the loss and the accuracy.", "Is it still to be written?")
        if loss is None and accuracy is None:
            raise Unusable("forward returned nothing that could be a loss and an accuracy.")
        if accuracy is None and isinstance(loss, np.ndarray) and loss.shape == (len(y), model.sizes["classes"]):
            p, labels = numbers(loss, "What forward returned"), np.array(y)
            judged = {"loss": "cross_entropy", "accuracy": "accuracy"}
            return {name: self._helpers.number(helper, p, labels) for name, helper in judged.items()}, rest
        answer = {"loss": number(loss, "The loss that forward returned")}
        if accuracy is not None:
            answer["accuracy"] = number(accuracy, "The accuracy that forward returned")
        return answer, rest

    # backward

    def separate_backward(self, model: Model) -> Callable[..., Any] | None:
        """The hand-in's backward method, if its forward does not call it itself."""
        if "backward" not in model.calls:
            model.calls["backward"] = self._find_backward(model)
        found: Callable[..., Any] | None = model.calls["backward"]
        return found

    def _find_backward(self, model: Model) -> Callable[..., Any] | None:
        backward = find_method(model.network, BACKWARD)
        if backward is None:
            return None
        if model.kind not in self._apart:
            name = getattr(backward, "__name__", "")
            self._apart[model.kind] = name not in mentioned(self._handin, type(model.network), (*FORWARD, *ASKED_FOR))
        return backward if self._apart[model.kind] else None

    def _go_back(
        self, model: Model, backward: Callable[..., Any], X: Array, y: Array, result: Any, seen: list[Any]
    ) -> Any:
        name = type(model.network).__name__
        probabilities = latest(seen, (len(y), model.sizes["classes"]))
        extra = list(result[2:]) if isinstance(result, (tuple, list)) else []
        offers = [Offer(X, ROWS, "X"), Offer(y, LABELS, "y")]
        if probabilities is not None:
            offers.append(Offer(probabilities, GUESSES, "x_pred"))
        offers += [Offer(item, r"cache|memory|ctx|context|saved|tmp") for item in extra]
        for parameter in parameters_of(backward) or ():
            value = getattr(model.network, parameter.name, None)
            if value is not None:
                offers.append(Offer(value, re.escape(spelled(parameter.name))))
        given, named = fit_arguments(f"{name}.{backward.__name__}", backward, offers)
        return call(self._handin, f"{name}.{backward.__name__}", backward, *given, **named)

    # predictions without labels

    def probabilities(self, model: Model, X: Array) -> Array:
        """What the hand-in's own softmax says about inputs whose labels nobody gives: (N, C)."""
        shape = (len(X), model.sizes["classes"])
        labels = np.arange(len(X), dtype=np.int64) % model.sizes["classes"]
        trouble: Exception | None = None
        judging = () if model.kind in self._shown else ("accuracy", "cross_entropy")
        with (
            self._helpers.recording(model, "softmax") as shown,
            self._helpers.recording(model, *judging, inputs=True) as judged,
        ):
            try:
                result = self.caller(model, "evaluate")(np.array(X), labels)
            except Exception as error:
                trouble, result = error, None
        for seen in (shown, judged, listed(result)):
            found = latest(seen, shape)
            if found is not None:
                if seen is shown:
                    self._shown.add(model.kind)
                return found
        if model.kind in self._shown:  # not this time
            self._shown.remove(model.kind)
            return self.probabilities(model, X)
        if trouble is not None:
            raise trouble
        p = infer_probabilities(np.array(X), model.sizes["classes"], partial(self._loss, model))
        if p is None:
            raise Unusable(_NO_PROBABILITIES)
        return p

    def _loss(self, model: Model, X: Array, y: Array) -> Any:
        return self.evaluate(model, X, y, "evaluate", gradients=True)["loss"]


def _forward_arguments(what: str, forward: Any, mode: str) -> tuple[list[Any], dict[str, Any]]:
    training = mode == "train"
    offers = [
        Offer(_X, ROWS, "X"),
        Offer(_Y, LABELS, "y"),
        Offer(mode if training else EVALUATION, MODE, "mode"),
        Offer(training, TRAINING, "training"),
    ]
    return fit_arguments(what, forward, _without_anonymous(forward, offers))


def _without_anonymous(function: Any, offers: list[Offer]) -> list[Offer]:
    """Leave out the second way of telling the mode unless the function has a parameter for it."""
    by_mode, by_flag = takes(function, MODE), takes(function, TRAINING)
    return [offer for offer in offers if not (offer.pattern == TRAINING and (by_mode or not by_flag))]


_NO_PROBABILITIES = "No probabilities could be seen: forward calls neither softmax nor compute_accuracy of the hand-in."
