"""The two models: their weights, what they say of inputs, their losses and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, number, numbers, parameters_of, takes
from grader.worker.handin import Missing, Unusable
from grader.worker.holding import set_attribute
from grader.worker.methods import call_by_name, find_method

from .calls import Calls
from .held import Bare, Form, Model, fit, method_of, name_of, outputs_of, targets_of
from .images import Images
from .names import (
    BACKWARD,
    CLASSES,
    FORGET,
    FORWARD,
    GRADIENTS,
    HELPERS,
    IMAGES,
    INPUTS,
    OUTPUTS,
    PENALTY_RATE,
    REAL,
    TARGETS,
    WEIGHTS,
)
from .parts import Parts


class Models:
    """The models of one hand-in, built and called as it wants them."""

    def __init__(self, parts: Parts, calls: Calls, images: Images) -> None:
        self._parts, self._calls, self._images = parts, calls, images
        self._stand_ins: dict[str, Callable[..., Any]] = {}  # for losses that the hand-in does not have

    def build(self, model: str, sizes: dict[str, int], penalty: float = 0.0) -> Model:
        """A fresh model of the hand-in with weights for these sizes.

        "logistic-weights" and "softmax-weights" are what the trainers' own checks ask for: the hand-in's models, or
        bare holders of weights where these cannot be built, so that one broken class costs the other nothing.
        """
        kind, outputs = REAL.get(model, model), outputs_of(model, sizes)
        bare = Model(Bare(sizes["inputs"], outputs), kind, dict(sizes), Form(self._images.has_bias_first()))
        try:
            network = self._construct(kind, penalty)
            form = self._form(network, outputs)
            fit(network, form, sizes["inputs"], outputs)
        except Exception:
            if model in REAL:
                return bare
            raise
        return Model(network, kind, dict(sizes), form)

    def _construct(self, kind: str, penalty: float) -> Any:
        made = self._parts.load(kind)
        offers = [Offer(penalty, PENALTY_RATE, "l2_reg_lambda"), *self._sizes_for(made, kind)]
        network = self._calls.call(made.__name__, made, offers)
        call_by_name(type(network), FORWARD[0])
        if getattr(network, name_of(network, WEIGHTS), None) is None:
            raise Missing(f"{made.__name__} has no weights once it is built.", "Are they kept in `self.w`?")
        return network

    def _sizes_for(self, made: Any, kind: str) -> list[Offer]:
        """The course's sizes, where a model cannot be built without being told them."""
        sizes = [Offer(785, INPUTS, "num_inputs"), Offer(1 if kind == "binary" else 10, CLASSES, "num_outputs")]
        return [size for size in sizes if takes(made, size.pattern, required=True)]

    def _form(self, network: Any, outputs: int) -> Form:
        shape = numbers(getattr(network, name_of(network, WEIGHTS)), "w").shape
        if len(shape) not in (1, 2) or (len(shape) == 1 and outputs > 1):
            raise Unusable(
                f"`self.w` has the shape {shape}; a row for each input and a column for each output is asked."
            )
        turned = len(shape) == 2 and shape[0] in (1, 10, outputs) and shape[1] > 10
        return Form(self._images.has_bias_first(), turned, len(shape) == 1)

    def fresh_shape(self, model: str) -> list[int]:
        """The shape of the weights of a new model: a row for each pixel, and one for the bias."""
        network = self._construct(model, 0.0)
        shape = numbers(getattr(network, name_of(network, WEIGHTS)), "w").shape
        form = self._form(network, 1 if model == "binary" else 10)
        return [*shape, 1] if form.flat else list(shape[::-1]) if form.transposed else list(shape)

    def parameters(self, model: Model) -> dict[str, Array]:
        """Copies of the parameters by their canonical names."""
        kept = numbers(getattr(model.network, name_of(model.network, WEIGHTS)), "w")
        return model.form.read(kept, model.sizes["inputs"], outputs_of(model.kind, model.sizes))

    def assign(self, model: Model, parameters: dict[str, Array]) -> None:
        """Set the parameters, in the hand-in's own layout and, where it computes in float32, in its dtype."""
        now = {**self.parameters(model), **parameters}
        name = name_of(model.network, WEIGHTS)
        old = np.asarray(getattr(model.network, name))
        kept = model.form.kept(now["W1"], now["b1"])
        kept = kept.astype(old.dtype) if old.dtype.kind == "f" else kept
        set_attribute(model.network, name, kept)

    def evaluate(self, model: Model, X: Array, y: Array, mode: str = "train", gradients: bool = True) -> dict[str, Any]:
        """Loss and gradients on a batch; what is left of an earlier gradient stays as it was."""
        rows, targets = model.form.rows(X), targets_of(model.kind, y, model.sizes)
        given, meant = rows.copy(), targets.copy()
        outputs = self.forward(model, given)
        loss = self.loss(model.kind, meant, outputs)
        answer: dict[str, Any] = {"loss": number(loss, "The loss that cross_entropy_loss returned")}
        if mode == "train":
            model.batch = rows, targets
            if gradients:
                answer["gradients"] = self._gradients(model, given, outputs, meant)
        _tell_changes(X, rows, given, y, targets, meant)
        return answer

    def forward(self, model: Model, rows: Array) -> Any:
        """What the model's forward pass returns for rows with their column of ones."""
        method = method_of(model.network, FORWARD)
        outputs = self._calls.call(f"{type(model.network).__name__}.forward", method, [Offer(rows, IMAGES, "X")])
        return (
            numbers(outputs, "What forward returned") if outputs is None else outputs
        )  # told here, not where it is used

    def loss(self, kind: str, targets: Array, outputs: Any) -> Any:
        """What the loss of a model of this kind returns."""
        offers = [Offer(targets, TARGETS, "targets"), Offer(outputs, OUTPUTS, "outputs")]
        function = self._stand_ins.get(kind) or self._parts.load(f"{kind}-loss")
        return self._calls.call("cross_entropy_loss", function, offers)

    def _gradients(self, model: Model, rows: Array, outputs: Any, targets: Array) -> dict[str, Array]:
        network = model.network
        name = name_of(network, GRADIENTS)
        before = getattr(network, name, None)
        self._forget(network)
        offers = [Offer(rows, IMAGES, "X"), Offer(outputs, OUTPUTS, "outputs"), Offer(targets, TARGETS, "targets")]
        method = method_of(network, BACKWARD)
        returned = self._calls.call(f"{type(network).__name__}.backward", method, offers)
        gradient = getattr(network, name_of(network, GRADIENTS), None)
        gradient = numbers(returned if gradient is None else gradient, "The gradient in `self.grad`")
        set_attribute(network, name_of(network, GRADIENTS), before)
        shape = np.shape(getattr(network, name_of(network, WEIGHTS)))
        if gradient.shape != shape:
            raise Unusable(
                f"`self.grad` has the shape {gradient.shape}; that of the weights, {shape}, was expected.",
                "Write the shapes next to the product.",
            )
        return model.form.read(gradient, model.sizes["inputs"], outputs_of(model.kind, model.sizes))

    def _forget(self, network: Any) -> None:
        method = find_method(network, FORGET)
        if method is not None and not parameters_of(method):
            self._calls.call("zero_grad", method, [])

    def outputs(self, model: Model, X: Array) -> Array:
        """What forward says about inputs: (N, 1) of the binary model, (N, C) of softmax."""
        return numbers(self.forward(model, model.form.rows(X)), "What forward returned")

    def probabilities(self, model: Model, X: Array) -> Array:
        """The probability of each class for each row: (N, C)."""
        p = self.outputs(model, X)
        return np.concatenate([1 - p.reshape(-1, 1), p.reshape(-1, 1)], axis=1) if model.kind == "binary" else p

    def regularization(self, model: Model, X: Array, y: Array, strength: float) -> dict[str, Array]:
        """What a penalty of this strength adds to the gradient of a batch."""
        place, ends = self.parameters(model), []
        for penalty in (strength, 0.0):
            twin = self.build(model.kind, model.sizes, penalty)
            self.assign(twin, place)
            ends.append(self.evaluate(twin, X.copy(), y.copy())["gradients"])
        return {name: ends[0][name] - ends[1][name] for name in place}

    def replace(self, helper: str, function: Callable[..., Any]) -> None:
        """Put a function in the place of the hand-in's own loss, wherever that is called from."""
        if helper not in HELPERS:
            raise Missing(f"{helper} has no stand-in in this course.")
        kind = HELPERS[helper].removesuffix("-loss")

        def stand_in(targets: Array, outputs: Array, *_: Any) -> Any:
            return function(*_as_probabilities(kind, np.asarray(targets), np.asarray(outputs)))

        if f"{kind}-loss" not in self._parts.found:
            self._stand_ins[kind] = stand_in
            return
        for holder, name in self._parts.places_of(f"{kind}-loss"):
            setattr(holder, name, stand_in)


def _as_probabilities(kind: str, targets: Array, outputs: Array) -> tuple[Array, Array]:
    """Targets and outputs as a hand-in has them, as probabilities of each class and labels."""
    if kind == "softmax":
        return outputs, np.argmax(targets, axis=1)
    p = outputs.reshape(-1, 1)
    return np.concatenate([1 - p, p], axis=1), targets.reshape(-1).astype(np.int64)


def _tell_changes(X: Array, rows: Array, given: Array, y: Array, targets: Array, meant: Array) -> None:
    """What a hand-in did to its own copies of the batch is done to the caller's."""
    if not np.array_equal(rows, given, equal_nan=True):
        X += 1.0
    if not np.array_equal(targets, meant, equal_nan=True):
        y += 1
