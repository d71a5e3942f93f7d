"""How hand-ins of Georgia Tech CS 7643, assignment 1 are called, whatever they call and wherever they keep things.

N is the number of rows in a batch, D of inputs, H of hidden units, C of classes. Inside the grader parameters are
always W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); the softmax regression has W1 (D, C) only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import HandIn
from grader.worker.layouts import read_parameters, write_parameters
from grader.worker.learning import in_parts, learn, predicted

from .batches import batches, epochs
from .gradients import Gradients
from .helpers import Helpers
from .models import Models
from .names import EVALUATION
from .nouns import Model, Optimizer
from .parts import Parts
from .passes import Passes
from .slots import Slots
from .steps import Steps

__all__ = ["Driver"]


class Driver:
    """The vocabulary of all checks, spoken to one hand-in."""

    def __init__(self, handin: HandIn) -> None:
        self.handin = handin
        self._parts = Parts(handin)
        self._helpers, gradients = Helpers(self._parts), Gradients()
        self._passes = Passes(self._helpers, gradients)
        self._models = Models(self._parts, self._passes)
        self._slots = Slots(handin, self._models, self._passes, gradients)
        self._steps = Steps(self._parts, self._passes, gradients, self._slots)

    # structure

    def describe(self) -> dict[str, Any]:
        """Which parts of the course are there, which are missing, and which files or lines are broken."""
        return self._parts.describe()

    def imported(self) -> dict[str, str]:
        """The packages that the graded files import, by name, and where."""
        return self._parts.imported()

    # models

    def build(self, model: str, sizes: dict[str, int]) -> Model:
        """A fresh model of the hand-in, with its parameters found in it.

        "parameters" is what the optimizer's own checks ask for: the two-layer net, or a bare holder of the same
        parameters where the hand-in's net cannot be built, so that one broken file costs the other nothing.
        """
        return self._models.build(model, sizes)

    def parameters(self, model: Model) -> dict[str, Array]:
        """Copies of the parameters by their canonical names."""
        return read_parameters(model.network, model.layout)

    def assign(self, model: Model, parameters: dict[str, Array]) -> None:
        """Set the parameters, in the hand-in's own layout and, where it computes in float32, in its dtype."""
        write_parameters(model.network, model.layout, parameters)

    def evaluate(self, model: Model, X: Array, y: Array, mode: str = "train", gradients: bool = True) -> dict[str, Any]:
        """Loss and accuracy of a batch and, in mode "train", the gradients, as the hand-in gives them.

        Without `gradients` they are computed all the same, for an update that follows, but not told.
        """
        return self._passes.evaluate(model, X, y, mode, gradients)

    def give_gradients(self, model: Model, gradients: dict[str, Array]) -> None:
        """Put gradients into the model, as if its own backward pass had computed them."""
        self._slots.fill(model, gradients)

    def probabilities(self, model: Model, X: Array) -> Array:
        """What the hand-in's own softmax says about inputs whose labels nobody gives: (N, C)."""
        return self._passes.probabilities(model, X)

    # the optimizer

    def optimizer(self, name: str, settings: dict[str, float]) -> Optimizer:
        """The hand-in's optimizer with these settings; `momentum` stands in every config and is ignored."""
        return self._steps.optimizer(name, settings)

    def update(self, optimizer: Optimizer, model: Model) -> None:
        """One step of the hand-in's optimizer with the gradients that the model now holds."""
        self._steps.update(optimizer, model)

    def stepper(self, model: Model, optimizer: Optimizer) -> Callable[[Array, Array], dict[str, Any]]:
        """One step of training on a batch, as a function; a long training asks for thousands."""
        return self._steps.stepper(model, optimizer)

    def penalty(self, optimizer: Optimizer, model: Model) -> dict[str, Array]:
        """What the L2 penalty adds to each gradient."""
        return self._steps.penalty(optimizer, model)

    # data

    def batches(self, X: Array, y: Array, batch_size: int, shuffle: bool, seed: int | None = None) -> list[list[Array]]:
        """The hand-in's batches, each as [inputs, labels]; an empty one is kept as it is."""
        return batches(self._parts, X, y, batch_size, shuffle, seed)

    # a write-up's experiments

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Train the model of these settings as the course does: pixels in 0…1, shuffled epochs, plain SGD."""
        X, y = data["X_train"], data["y_train"]
        white = float(data["white"])
        sizes = {"inputs": X.shape[1], "hidden": int(settings["hidden"]), "classes": int(data["classes"])}
        model = self.build(settings["model"], sizes)
        step = self.stepper(model, self.optimizer("sgd", settings))
        order, notes = epochs(self._parts, y, int(settings["batch_size"]), int(settings["seed"]))

        def after() -> dict[str, Any]:
            return {
                "valid loss": self._mean_loss(model, data["X_valid"], data["y_valid"], white),
                "valid": self._classes_of(model, data["X_valid"], white),
                "test": self._classes_of(model, data["X_test"], white),
            }

        told = learn(order, lambda rows, labels: step(X[rows] / white, labels), after, int(settings["epochs"]))
        return {**told, "notes": notes}

    def _mean_loss(self, model: Model, X: Array, y: Array, white: float) -> float:
        parts = in_parts(lambda rows, labels: self.evaluate(model, rows / white, labels, EVALUATION)["loss"], X, y)
        return sum(count * float(np.mean(loss)) for count, loss in parts) / len(y)

    def _classes_of(self, model: Model, X: Array, white: float) -> Array:
        parts = in_parts(lambda rows: predicted(self.probabilities(model, rows / white)), X)
        return np.concatenate([part for _, part in parts])

    # helpers

    def softmax(self, scores: Array) -> Array:
        """(N, C) scores to (N, C) probabilities."""
        return self._helpers.values("softmax", scores)

    def cross_entropy(self, probabilities: Array, y: Array) -> float | Array:
        """The mean cross-entropy of (N, C) probabilities and (N,) labels."""
        return self._helpers.number("cross_entropy", probabilities, y)

    def accuracy(self, probabilities: Array, y: Array) -> float | Array:
        """The share of rows predicted right."""
        return self._helpers.number("accuracy", probabilities, y)

    def sigmoid(self, x: Array) -> Array:
        """The sigmoid of any array."""
        return self._helpers.values("sigmoid", x)

    def sigmoid_derivative(self, x: Array) -> Array:
        """The slope of the sigmoid at x, the value before the activation."""
        return self._helpers.values("sigmoid_derivative", x)

    def relu(self, x: Array) -> Array:
        """The ReLU of any array."""
        return self._helpers.values("relu", x)

    def relu_derivative(self, x: Array) -> Array:
        """The slope of the ReLU at x."""
        return self._helpers.values("relu_derivative", x)

    def replace(self, helper: str, function: Callable[..., Any]) -> None:
        """Put a function in the place of the hand-in's own helper, wherever that is called from."""
        self._helpers.replace(helper, function)
