"""A model and an optimizer of a hand-in, with what has to be remembered about each; the course's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.helpers import Helper
from grader.worker.holding import namespace
from grader.worker.layouts import Layout

__all__ = ["Bare", "Model", "Optimizer", "shapes", "some_batch", "weights_of"]


class Model:  # a dataclass would cost each worker's start half a millisecond, and so below
    """A model object of the hand-in, and what has to be remembered about it."""

    def __init__(self, network: Any, kind: str, sizes: dict[str, int], layout: Layout) -> None:
        self.network, self.kind, self.sizes, self.layout = network, kind, sizes, layout
        self.returned: dict[str, Array] = {}  # canonical gradients that forward gave back
        # looked up once: by mode how forward is called, what else goes back, and where helpers are called from
        self.calls: dict[str, Any] = {}
        self.helpers: dict[tuple[str, ...], list[Helper]] = {}


class Optimizer:
    """An optimizer of the hand-in; one that wants the model in its constructor is built when the model is there."""

    def __init__(self, settings: dict[str, float]) -> None:
        self.settings = settings
        self.steppers: list[tuple[Any, Any]] = []  # the network it was built for, if any, and it


class Bare:
    """What an optimizer of this course needs of a model, and nothing more, under the names in use."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.weights = {name: np.zeros(shape) for name, shape in shapes("two-layer", sizes).items()}
        self.gradients = {name: np.zeros(shape) for name, shape in shapes("two-layer", sizes).items()}
        self.params, self.grads = self.weights, self.gradients


def shapes(model: str, sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """The canonical shapes of a model's parameters."""
    D, C = sizes["inputs"], sizes["classes"]
    if model == "softmax-regression":
        return {"W1": (D, C)}
    H = sizes["hidden"]
    return {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}


def some_batch(sizes: Mapping[str, int]) -> tuple[Array, Array]:
    """Inputs and labels with every class twice, for what any batch tells."""
    rng = np.random.RandomState(5)
    rows = 2 * sizes["classes"]
    return rng.standard_normal((rows, sizes["inputs"])), np.arange(rows, dtype=np.int64) % sizes["classes"]


def weights_of(network: Any) -> Any:
    """The object in which a model keeps its parameters, where it is one dictionary or list."""
    for name in ("weights", "params", "parameters"):
        if name in namespace(network):
            return namespace(network)[name]
    return network
