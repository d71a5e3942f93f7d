"""The loss of a hand-in and its training loop, from given weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, number, takes
from grader.worker.handin import Missing, OutOfSight
from grader.worker.holding import namespace
from grader.worker.naming import EPOCHS, NETWORK, RATE

from .names import HELD_INPUTS, HELD_TARGETS, PREDICTION, ROWS, TARGETS, VECTOR, WEIGHTS
from .network_class import one_per_epoch
from .parts import Parts
from .passes import Network, Pass, Passes
from .reading import blocks, like, offered_points, weights_and_losses
from .script import Script


class Training:
    """The loss and the loop: of functions, of a class, or as the script has them."""

    def __init__(self, parts: Parts, passes: Passes) -> None:
        self._parts = parts
        self._passes = passes

    def loss(self, y: Array, prediction: Array) -> Any:
        """The loss of these predictions: of the hand-in's function, or else of its training loop."""
        if self._parts.has("loss"):
            return self._loss_of(*self._in_own_shape(y.astype(np.float64), prediction))
        return self._parts.or_by_script(
            lambda: self._loss_while_training(y, prediction),
            lambda script: script.loss(y, prediction),
        )

    def _in_own_shape(self, *arrays: Array) -> list[Array]:
        """Targets and predictions in the shape of the hand-in's own, which its loss was written for."""
        try:
            return [self._passes.as_target(array) for array in arrays]
        except Exception:  # what is wrong with the forward pass has criteria of its own
            return list(arrays)

    def _loss_of(self, y: Array, prediction: Any) -> Any:
        offers = [Offer(y, TARGETS), Offer(prediction, PREDICTION), Offer(np.size(y), ROWS)]
        return number(self._parts.call(self._parts.part("loss"), offers), "loss")

    def _loss_while_training(self, y: Array, prediction: Array) -> float:
        """With weights of zero every prediction is ½, so that any errors can be had by a choice of targets."""
        if not self._parts.has("train"):
            self._parts.part("loss")
        targets = y - prediction + 0.5
        losses = self._fit(np.zeros(WEIGHTS), np.zeros((len(y), 2)), targets, 1e-12, 3)[1]
        if losses is None or not len(losses):
            raise Missing("No function for the loss was found, and train gives no losses back.")
        return float(losses[0])

    def own_loss(self, y: Array, seen: Pass) -> Any:
        """The loss of a pass, by the hand-in's own function if there is one."""
        if not self._parts.has("loss"):
            return 0.5 * float(np.sum((y - seen.prediction) ** 2))
        return self._loss_of(like(y, seen.raw_prediction), seen.raw_prediction)

    def fit(self, model: Network, X: Array, y: Array, eta: float, epochs: int) -> dict[str, Any]:
        """The weights after so many epochs of the hand-in's own training loop, and the losses that it tells."""
        w, losses = self._parts.or_by_script(
            lambda: self._fit(model.w.copy(), X, y.astype(np.float64), eta, epochs),
            lambda script: self._as_script_does(script, model, X, y, eta, epochs),
        )
        told: dict[str, Any] = {f"{name} after training": block for name, block in blocks(w).items()}
        return told | {"losses": [] if losses is None else losses}

    def _as_script_does(
        self, script: Script, model: Network, X: Array, y: Array, eta: float, epochs: int
    ) -> tuple[Array, None] | None:
        """The weights after so many epochs, where each of the script's is one pass forward and one backward."""
        if not script.descends():
            return None
        trained = Network(model.w.copy())
        for _ in range(epochs):
            trained.w = self._passes.moved(trained, X, y, self._passes.forward(X, trained), eta)
        return trained.w, None

    def _fit(self, w: Array, X: Array, y: Array, eta: float, epochs: int) -> tuple[Array, Array | None]:
        function = self._parts.part("train")
        network = self.object_of(w, eta) if takes(function, NETWORK) else None
        if network is None and not takes(function, VECTOR):
            raise OutOfSight("The training loop draws its own first weights, so a person has to look at it.")
        x = X.T if self._passes.known().by_columns else X
        targets = self._passes.as_target(y)
        offers = [
            *offered_points(function, X.copy(), x.copy()),
            Offer(targets.copy(), TARGETS),
            Offer(self._passes.handed(w), VECTOR),
            Offer(eta, RATE),
            Offer(epochs, EPOCHS),
            Offer(x.copy(), HELD_INPUTS),
            Offer(targets.copy(), HELD_TARGETS),
            Offer(len(X), ROWS),
        ]
        if network is None:
            return weights_and_losses(self._parts.call(function, offers))
        returned = self._parts.call(function, [Offer(network, NETWORK), *offers])
        return self._parts.of_class().weights(network), one_per_epoch(epochs, returned, namespace(network))

    def object_of(self, w: Array, eta: float = 1.0) -> Any:
        """A network with these weights, for a function that wants one; nothing where the hand-in has no such class."""
        return self._parts.of_class().made(w, eta) if self._parts.network_class() else None
