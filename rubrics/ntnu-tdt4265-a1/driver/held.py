"""A model of the hand-in, and how it keeps its weights: one matrix, with a row or a column for the bias."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import Missing, Unusable
from grader.worker.holding import namespace, set_attribute
from grader.worker.methods import find_method

from .names import BINARY, GRADIENTS, WEIGHTS


@dataclass
class Model:
    """A model object of the hand-in, and what has to be remembered about it."""

    network: Any
    kind: str  # "binary" or "softmax"
    sizes: dict[str, int]
    form: Form
    given: Array | None = None  # a gradient that the next step is to use
    batch: tuple[Array, Array] | None = None  # the last one seen in training, as the hand-in takes it


class Form(NamedTuple):  # a dataclass takes longer to make than most modules of this driver to load
    """How a hand-in keeps its weights."""

    bias_first: bool = False
    transposed: bool = False
    flat: bool = False

    def kept(self, W: Array, b: Array) -> Array:
        """The hand-in's matrix from the canonical parameters."""
        bias = np.reshape(b, (1, -1))
        if W.ndim != 2 or bias.shape[1] != W.shape[1]:
            raise Unusable(f"The weights have the shape {W.shape}, which fits no layer of {bias.shape[1]} outputs.")
        joined: Array = np.concatenate([bias, W] if self.bias_first else [W, bias])
        return joined.reshape(-1) if self.flat else joined.T.copy() if self.transposed else joined

    def read(self, kept: Array, inputs: int, outputs: int) -> dict[str, Array]:
        """The canonical parameters in the hand-in's matrix; all of it as W1 where it has another shape."""
        matrix = kept.reshape(-1, 1) if self.flat and kept.ndim == 1 else kept.T if self.transposed else kept
        if matrix.shape != (inputs + 1, outputs):
            return {"W1": kept.copy(), "b1": np.full(outputs, np.nan)}
        W, b = (matrix[1:], matrix[0]) if self.bias_first else (matrix[:-1], matrix[-1])
        return {"W1": W.copy(), "b1": b.copy()}

    def rows(self, X: Array) -> Array:
        """Inputs beside the column of ones that the hand-in's weights are made for."""
        ones = np.ones((len(X), 1))
        return np.concatenate([ones, X] if self.bias_first else [X, ones], axis=1)


class Bare:
    """What a trainer of this course needs of a model, and nothing more, where the hand-in has none."""

    def __init__(self, inputs: int, outputs: int) -> None:
        self.w = np.zeros((inputs + 1, outputs))
        self.grad = np.zeros_like(self.w)
        self.l2_reg_lambda = 0.0

    def forward(self, X: Array) -> Array:
        return _right_outputs(X, self.w)

    def backward(self, X: Array, outputs: Array, targets: Array) -> None:
        self.grad = np.zeros_like(self.w)

    def zero_grad(self) -> None:
        self.grad = np.zeros_like(self.w)


def _right_outputs(X: Array, w: Array) -> Array:
    z = X @ w
    if w.shape[1] == 1:
        return np.asarray(0.5 * (1 + np.tanh(z / 2)))
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def outputs_of(model: str, sizes: Mapping[str, int]) -> int:
    """How many outputs a model has."""
    return 1 if model in BINARY else sizes["classes"]


def other_name(kind: str) -> str:
    """The model of this kind that can be had whatever the hand-in's own is like."""
    return "logistic-weights" if kind == "binary" else "softmax-weights"


def _holder(network: Any, names: Sequence[str]) -> str | None:
    """The name under which a model keeps something."""
    held = namespace(network)
    offered = (name for name in names if name in held or hasattr(type(network), name))
    return next((name for name in offered if not callable(getattr(network, name, None))), None)


def name_of(network: Any, names: Sequence[str]) -> str:
    """The name under which a model keeps something, or else should."""
    return _holder(network, names) or names[0]


def fit(network: Any, form: Form, inputs: int, outputs: int) -> None:
    """Give a model weights for these sizes; the course's constructor knows 784 pixels and ten classes only."""
    name = name_of(network, WEIGHTS)
    old = np.asarray(getattr(network, name))
    wanted = form.kept(np.zeros((inputs, outputs)), np.zeros(outputs)).shape
    if old.shape == wanted:
        return
    counts = {785: inputs + 1, 784: inputs, 10: outputs}
    for key, value in list(namespace(network).items()):
        if type(value) is int and value in counts:
            setattr(network, key, counts[value])
    set_attribute(network, name, np.zeros(wanted, old.dtype if old.dtype.kind == "f" else np.float64))
    gradient = name_of(network, GRADIENTS)
    if isinstance(getattr(network, gradient, None), np.ndarray):
        set_attribute(network, gradient, np.zeros(wanted))


def method_of(holder: Any, names: Sequence[str]) -> Callable[..., Any]:
    """The method that goes by one of these names; raises `Missing`."""
    found = find_method(holder, names)
    if found is None:
        raise Missing(f"{type(holder).__name__} has no method {names[0]}.")
    return found


def targets_of(kind: str, y: Array, sizes: Mapping[str, int]) -> Array:
    """(N, 1) of 0 and 1, where odd classes are the positive one, or (N, C) one-hot."""
    return np.asarray(y.reshape(-1, 1) % 2) if kind == "binary" else one_hot(y, sizes["classes"])


def one_hot(y: Array, classes: int) -> Array:
    """Rows of zeros with a one at the label."""
    return np.asarray(np.eye(classes)[np.asarray(y).reshape(-1)])
