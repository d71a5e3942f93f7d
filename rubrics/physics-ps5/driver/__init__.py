"""How hand-ins of problem set 5 are called: two functions by their names, and helpers that go by many.

N is the number of rows of a batch. Inside the grader x is always (N, 2), y (N,), hidden activations (N, 7), and the 29
weights are one vector, told in the five blocks of the course's drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import HandIn, Unusable

from .experiment import Descent, in_pytorch, trained
from .names import BACKWARD, BLOCKS, FORWARD, HIDDEN, WEIGHTS
from .parts import Parts
from .passes import Network, Passes
from .plane import Plane
from .preparation import Preparation
from .reading import blocks
from .training import Training
from .twin import find_twin, told_of_twin

PACKAGES = ("torch",)  # the course's last question; only its own criterion and experiment need it


class Driver:
    """The vocabulary of all checks, spoken to one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._parts = Parts(handin)
        self._passes = Passes(self._parts)
        self._training = Training(self._parts, self._passes)
        self._preparation = Preparation(self._parts, self._passes)
        self._plane = Plane(self._parts, self._passes, self._training)

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        return self._parts.describe()

    def imported(self) -> dict[str, str]:
        """The packages that the files of the two functions import, by name, and where."""
        return self._parts.imported()

    def build(self, model: str, sizes: Mapping[str, int]) -> Network:
        """A network whose weights are still to be assigned; there is only one size."""
        if (sizes["inputs"], sizes["hidden"]) != (2, HIDDEN):
            raise Unusable("This course's network has two inputs and seven hidden units.")
        self._parts.part(FORWARD), self._parts.part(BACKWARD)
        return Network(np.zeros(WEIGHTS))

    def assign(self, model: Network, parameters: Mapping[str, Array]) -> None:
        """Give the network these weights."""
        model.w = np.concatenate([np.reshape(parameters[name], -1) for name in BLOCKS]).astype(np.float64)
        model.touched, model.last = None, None

    def parameters(self, model: Network) -> dict[str, Array]:
        """The weights in their five blocks."""
        return blocks(model.w if model.touched is None else model.touched)

    def evaluate(
        self, model: Network, X: Array, y: Array, mode: str = "train", gradients: bool = True
    ) -> dict[str, Any]:
        """Loss, prediction, and the gradient: what a step with the learning rate 1 takes off the weights."""
        seen = self._passes.forward(X, model)
        told: dict[str, Any] = {"loss": self._training.own_loss(y, seen), "prediction": seen.prediction}
        if gradients:
            told["gradients"] = blocks(self._passes.change(model, X, y, seen, 1.0))
            model.last = (X, y)
        return told

    def probabilities(self, model: Network, X: Array) -> Array:
        """The probability of either class, (N, 2)."""
        prediction = self._passes.forward(X, model).prediction.reshape(-1)
        return np.stack([1 - prediction, prediction], axis=1)

    def optimizer(self, name: str, settings: Mapping[str, float]) -> float:
        """The learning rate: in this course the step is part of the backward pass."""
        return float(settings["learning_rate"])

    def update(self, optimizer: float, model: Network) -> None:
        """Move the weights by one step on the batch of the last evaluation."""
        if model.last is None:
            raise Unusable("No batch was evaluated before the step.")
        X, y = model.last
        model.w = model.w - self._passes.change(model, X, y, self._passes.forward(X, model), optimizer)
        model.touched, model.last = None, None

    def stepper(self, model: Network, optimizer: float) -> Callable[[Array, Array], dict[str, Any]]:
        """One pass forward and backward for a batch, and the loss before it."""

        def step(X: Array, y: Array) -> dict[str, Any]:
            seen = self._passes.forward(X, model)
            told = {"loss": self._training.own_loss(y, seen)}
            model.w, model.touched = model.w - self._passes.change(model, X, y, seen, optimizer), None
            return told

        return step

    def forward(self, model: Network, X: Array) -> dict[str, Any]:
        """Hidden activations (N, 7) and prediction (N,), however the hand-in lays them out."""
        seen = self._passes.forward(X, model)
        if seen.hidden is None:
            raise Unusable("forward_pass gave back no hidden activations.", "The backward pass needs them too.")
        return {"hidden": seen.hidden, "prediction": seen.prediction}

    def step(self, model: Network, X: Array, y: Array, eta: float) -> dict[str, float]:
        """How far each block moves, in units of eta times what it moves with a learning rate of 1."""
        seen = self._passes.forward(X, model)
        whole = blocks(self._passes.change(model, X, y, seen, 1.0))
        moved = blocks(self._passes.change(model, X, y, seen, eta))
        still = 1.0 if any(block.any() for block in whole.values()) else 0.0  # a block that rests has a wrong gradient
        return {
            f"the step of {name}, in units of eta times the gradient": _ratio(moved[name], whole[name], eta, still)
            for name in BLOCKS
        }

    def loss(self, y: Array, prediction: Array) -> Any:
        """The loss of these predictions."""
        return self._training.loss(y, prediction)

    def fit(self, model: Network, X: Array, y: Array, eta: float, epochs: int) -> dict[str, Any]:
        """The weights after so many epochs of the hand-in's own training loop, and the losses that it tells."""
        return self._training.fit(model, X, y, eta, epochs)

    def split(self, X: Array, y: Array) -> dict[str, Any]:
        """Where the rows go: how many into each part, into both, into none, and beside another's label."""
        return self._preparation.split(X, y)

    def prepared(self, X: Array) -> dict[str, Any]:
        """How inputs and targets leave the hand-in's preparation."""
        return self._preparation.prepared(X)

    def plane(self, model: Network, X: Array) -> dict[str, str]:
        """What the map's grid was standardised by."""
        return self._plane.told(model, X)

    def twin(self, X: Array) -> dict[str, Any]:
        """How many weights the hand-in's network in PyTorch has, and whether known ones give what they should."""
        return told_of_twin(find_twin(self.handin), X)

    def experiment(self, settings: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
        """A whole training: losses now and then, and what the network says over the plane."""
        start = np.random.RandomState(int(settings["seed"])).standard_normal(WEIGHTS)
        rate = float(settings["learning_rate"])
        if settings["network"] == "in PyTorch":
            return trained(in_pytorch(find_twin(self.handin), start, rate), settings, data)
        return trained(self._from_scratch(start, rate), settings, data)

    def _from_scratch(self, start: Array, rate: float) -> Descent:
        model = Network(start)
        step = self.stepper(model, rate)
        return Descent(
            step=lambda X, y: float(np.mean(step(X, y)["loss"])),
            loss=lambda X, y: float(np.mean(self._training.own_loss(y, self._passes.forward(X, model)))),
            predict=lambda X: self._passes.believed(model, X),
        )


def _ratio(moved: Array, whole: Array, eta: float, still: float) -> float:
    """How long the step is, negative where it goes the other way; `still` for what moves in neither step."""
    length = float(np.linalg.norm(whole))
    if not length:
        return still if not moved.any() else float("inf")
    sign = 1.0 if float(moved @ whole) >= 0 else -1.0
    return sign * float(np.linalg.norm(moved)) / (eta * length)
