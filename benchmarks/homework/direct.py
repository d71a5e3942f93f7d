"""The homework's own code called directly: no worker, no driver that has to find out how it is called.

It is copied beside other graders' tests, so it knows numpy and the longer procedures only.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.worker import procedures

PARTS = ("models", "optimizer", "utils")
NAMES = {
    "softmax": "softmax",
    "cross_entropy": "cross_entropy_loss",
    "accuracy": "compute_accuracy",
    "sigmoid": "sigmoid",
    "sigmoid_derivative": "sigmoid_dev",
    "relu": "ReLU",
    "relu_derivative": "ReLU_dev",
}


@cache
def modules(folder: Path) -> Any:
    """What the modules of a solution define, together; none of them stays importable by its name."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    found = [importlib.import_module(name) for name in PARTS]
    sys.path.pop(0)
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in PARTS:
            del sys.modules[name]
    return SimpleNamespace(**{name: value for module in found for name, value in vars(module).items()})


class Direct:
    """A student without a worker: the vocabulary called in this process."""

    def __init__(self, vocabulary: Any) -> None:
        self.vocabulary = vocabulary

    def call(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        """The answer, from the vocabulary or the longer procedures."""
        if hasattr(self.vocabulary, function):
            return getattr(self.vocabulary, function)(*args, **kwargs)
        return getattr(procedures, function)(self.vocabulary, *args, **kwargs)

    make = call


class Vocabulary:
    """The vocabulary of the checks, spoken to one solution alone, as directly as can be."""

    def __init__(self, homework: Any) -> None:
        self.kinds = {"softmax-regression": homework.SoftmaxRegression, "two-layer": homework.TwoLayerNet}
        self.kinds["parameters"] = homework.TwoLayerNet
        self.base, self.sgd = homework.SoftmaxRegression(), homework.SGD
        self.cut = homework.generate_batched_data

    def __getattr__(self, name: str) -> Any:
        if name not in NAMES:
            raise AttributeError(name)
        return getattr(self.base, NAMES[name])

    def build(self, model: str, sizes: dict[str, int]) -> Any:
        """A fresh model."""
        hidden = () if model == "softmax-regression" else (sizes["hidden"],)
        return self.kinds[model](sizes["inputs"], sizes["classes"], *hidden)

    def parameters(self, model: Any) -> Any:
        """Copies of the parameters."""
        return {name: W.copy() for name, W in model.weights.items()}

    def assign(self, model: Any, parameters: Any) -> None:
        """Set the parameters."""
        model.weights = {name: np.array(W) for name, W in parameters.items()}

    def evaluate(self, model: Any, X: Any, y: Any, mode: str = "train", gradients: bool = True) -> Any:
        """Loss, accuracy, and in training the gradients."""
        loss, accuracy = model.forward(X, y, mode)
        return {"loss": loss, "accuracy": accuracy, "gradients": dict(model.gradients)}

    def probabilities(self, model: Any, X: Any) -> Any:
        """The softmax of the scores."""
        W = model.weights
        if "b1" not in W:
            return model.softmax(model.ReLU(X @ W["W1"]))
        return model.softmax(model.sigmoid(X @ W["W1"] + W["b1"]) @ W["W2"] + W["b2"])

    def give_gradients(self, model: Any, gradients: Any) -> None:
        """Set the gradients."""
        model.gradients = dict(gradients)

    def optimizer(self, name: str, settings: dict[str, float]) -> Any:
        """A fresh optimizer."""
        return self.sgd(settings["learning_rate"], settings["reg"])

    def update(self, optimizer: Any, model: Any) -> None:
        """One step."""
        optimizer.update(model)

    def stepper(self, model: Any, optimizer: Any) -> Any:
        """One step of training on a batch."""

        def step(X: Any, y: Any) -> Any:
            loss, accuracy = model.forward(X, y, "train")
            optimizer.update(model)
            return {"loss": loss, "accuracy": accuracy}

        return step

    def penalty(self, optimizer: Any, model: Any) -> Any:
        """What L2 adds to zero gradients."""
        model.gradients = {name: np.zeros_like(W) for name, W in model.weights.items()}
        optimizer.apply_regularization(model)
        return model.gradients

    def batches(self, X: Any, y: Any, batch_size: int, shuffle: bool, seed: int | None = None) -> Any:
        """Batches as pairs."""
        data, labels = self.cut(X, y, batch_size, shuffle, seed)
        return [list(pair) for pair in zip(data, labels, strict=True)]
