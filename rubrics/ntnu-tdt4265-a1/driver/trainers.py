"""Training by the hand-in's trainers: a step on a batch, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FunctionType
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, number
from grader.worker.handin import Missing

from .calls import Calls
from .held import Model, method_of, targets_of
from .loops import Loops
from .models import Models
from .names import BATCH, IMAGES, NETWORK, RATE, STEP, TARGETS, TRAIN, TRAINED_BY
from .parts import Parts
from .passes import giving


class Optimizer:
    """Settings for the trainers of a hand-in; a trainer is built around one model."""

    def __init__(self, settings: Mapping[str, float]) -> None:
        self.settings = dict(settings)
        self.trainers: list[tuple[Any, Any]] = []  # network, trainer

    @property
    def rate(self) -> float:
        """The learning rate."""
        return float(self.settings.get("learning_rate", 0.1))


class Trainers:
    """The trainers of one hand-in, each built around one model."""

    def __init__(self, parts: Parts, calls: Calls, models: Models, loops: Loops) -> None:
        self._parts, self._calls, self._models, self._loops = parts, calls, models, loops

    def update(self, optimizer: Optimizer, model: Model) -> None:
        """One step of the hand-in's trainer, with the gradients that were given or on the batch last seen."""
        if model.given is None:
            self.step(optimizer, model, *_of(model.batch))
            return
        rows, targets = _some_batch(model)
        with giving(model, model.given, rows, targets):
            self.step(optimizer, model, rows, targets)

    def step_loss(self, model: Model, X: Array, y: Array) -> Any:
        """The loss that a step of training on this batch returns, and the one of the model before it."""
        rows, targets = model.form.rows(X), targets_of(model.kind, y, model.sizes)
        loss = self._models.loss(model.kind, targets.copy(), self._models.forward(model, rows.copy()))
        before = np.mean(number(loss, "The loss that cross_entropy_loss returned"))
        told = self.step(Optimizer({"learning_rate": 0.5}), model, rows, targets)
        with np.errstate(all="ignore"):
            return {"ratio": np.asarray(number(told, "What train_step returned")) / before}

    def stepper(self, model: Model, optimizer: Optimizer) -> Callable[[Array, Array], dict[str, Any]]:
        """One step of training on a batch."""

        def step(X: Array, y: Array) -> dict[str, Any]:
            told = self.step(optimizer, model, model.form.rows(X), targets_of(model.kind, y, model.sizes))
            return {"loss": float("nan") if told is None else told}

        return step

    def regularization(self, model: Model, X: Array, y: Array, strength: float) -> dict[str, Array]:
        """What a penalty of this strength adds to the gradient of a batch, in the backward pass or in the step."""
        told = self._models.regularization(model, X, y, strength)
        if any(np.any(each) for each in told.values()):
            return told
        with suppress(Exception):  # what is wrong with a step is told elsewhere
            stepped = self._penalty_of_step(model, X, y, strength)
            return stepped if all(np.isfinite(each).all() for each in stepped.values()) else told
        return told

    def _penalty_of_step(self, model: Model, X: Array, y: Array, strength: float) -> dict[str, Array]:
        place, ends = self._models.parameters(model), []
        optimizer = Optimizer({"learning_rate": 0.5})
        for penalty in (0.0, strength):
            twin = self._models.build(model.kind, model.sizes, penalty)
            self._models.assign(twin, place)
            self.step(optimizer, twin, model.form.rows(X), targets_of(model.kind, y, model.sizes))
            ends.append(self._models.parameters(twin))
        return {name: (ends[0][name] - ends[1][name]) / optimizer.rate for name in place}

    def step(self, optimizer: Optimizer, model: Model, rows: Array, targets: Array) -> Any:
        """What one step of training on a batch returns."""
        made = self._parts.load(TRAINED_BY[model.kind])
        if isinstance(made, FunctionType):
            return self._loops.step(made, model, optimizer.rate, rows, targets)
        trainer = self._trainer(optimizer, model, rows, targets)
        method = method_of(trainer, STEP)
        offers = [Offer(rows.copy(), IMAGES, "X_batch"), Offer(targets.copy(), TARGETS, "Y_batch")]
        return self._calls.call(f"{type(trainer).__name__}.train_step", method, offers)

    def _trainer(self, optimizer: Optimizer, model: Model, rows: Array, targets: Array) -> Any:
        for network, trainer in optimizer.trainers:
            if network is model.network:
                return trainer
        trainer = self._build(model, optimizer.rate, len(rows), (*_around(rows, targets), rows, targets))
        optimizer.trainers.append((model.network, trainer))
        return trainer

    def train(
        self, model: Model, rate: float, batch_size: int, epochs: int, data: Sequence[Array], shuffle: bool = False
    ) -> Any:
        """Train by the hand-in's own loop, once, and return what that returns."""
        made = self._parts.load(TRAINED_BY[model.kind])
        if isinstance(made, FunctionType):
            return self._loops.run(made, model, rate, batch_size, epochs, data)
        trainer = self._build(model, rate, batch_size, data, shuffle)
        return self._calls.call("train", method_of(trainer, TRAIN), [Offer(epochs, r".*epochs?", "num_epochs")])

    def _build(self, model: Model, rate: float, batch_size: int, data: Sequence[Array], shuffle: bool = False) -> Any:
        made = self._parts.load(TRAINED_BY[model.kind])
        X_train, Y_train, X_val, Y_val = (array.copy() for array in data)
        offers = [
            Offer(model.network, NETWORK, "model"),
            Offer(rate, RATE, "learning_rate"),
            Offer(batch_size, BATCH, "batch_size"),
            Offer(shuffle, r".*shuffle.*", "shuffle_dataset"),
            Offer(X_train, r"x(train(ing)?)?|train(ing)?x", "X_train"),
            Offer(Y_train, r"y(train(ing)?)?|train(ing)?y", "Y_train"),
            Offer(X_val, r"x(val|valid|validation)|valx", "X_val"),
            Offer(Y_val, r"y(val|valid|validation)|valy", "Y_val"),
        ]
        return self._calls.call(made.__name__, made, offers)


def _of(batch: tuple[Array, Array] | None) -> tuple[Array, Array]:
    if batch is None:
        raise Missing("There is no batch to take a step on.")
    return batch


def _around(rows: Array, targets: Array) -> tuple[Array, Array]:
    """Training data of which a batch is a part: a step on all of it is another step."""
    kept = np.concatenate([np.arange(len(rows)), np.arange((len(rows) + 2) // 3)])
    return rows[kept], targets[kept]


def _some_batch(model: Model) -> tuple[Array, Array]:
    rng = np.random.RandomState(5)
    X = rng.standard_normal((9, model.sizes["inputs"]))
    return model.form.rows(X), targets_of(model.kind, np.arange(9) % model.sizes["classes"], model.sizes)
