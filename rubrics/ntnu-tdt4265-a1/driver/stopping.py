"""When training stops early: the hand-in's own loop, on validation losses that were made up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import Unusable, likeness
from grader.worker.holding import set_attribute

from .calls import Calls
from .held import Model, name_of, other_name, outputs_of
from .loops import series_in
from .models import Models
from .names import BACKWARD, FORWARD, GRADIENTS, LOSSES, PARTS, TRAINED_BY, WEIGHTS
from .parts import Parts
from .passes import replaced
from .trainers import Trainers

VALIDATED, TRAINED, IN_BATCH = 7, 150, 10  # rows of the data on which early stopping is watched


class _Enough(BaseException):
    """Ends a training loop of the hand-in once all is seen; no hand-in's `except Exception` may hold it."""


class Stopping:
    """What one hand-in's training does about validation losses."""

    def __init__(self, parts: Parts, calls: Calls, models: Models, trainers: Trainers) -> None:
        self._parts, self._calls, self._models, self._trainers = parts, calls, models, trainers

    def early_stopping(self, losses: Array) -> dict[str, Any]:
        """How many validations there are before training ends, when the validation loss takes these values.

        Training ends by itself at the latest one validation after the last value: then it did not stop early.
        """
        return self._watch([float(loss) for loss in losses])[0]

    def history(self, losses: Array) -> dict[str, Any]:
        """The validation losses that training tells afterwards, when they take these values."""
        watched, result = self._watch([float(loss) for loss in losses], finish=True)
        asked = losses[: watched["the number of validations"]]  # fewer where training stops too early
        told = any(_holds(each, asked) for each in series_in(result))
        return {"series of the validation losses": np.array(losses)} if told else {}

    def _watch(self, losses: list[float], finish: bool = False) -> tuple[dict[str, Any], Any]:
        kind = next((kind for kind in TRAINED_BY if TRAINED_BY[kind] in self._parts.found), "binary")
        script = _Script(losses, kind, finish)
        result = self._play(kind, script)
        if not script.asked:
            raise Unusable("While train ran, the validation loss was never computed.")
        return {"the number of validations": script.asked}, result

    def _play(self, kind: str, script: _Script) -> Any:
        """Train by a script; what training returned, if it came to its end."""
        self._parts.load(TRAINED_BY[kind])
        model = self._models.build(other_name(kind), {"inputs": 784, "classes": 10})
        data, epochs = _made_up_data(model), len(script.losses) + 1
        with self._scripted(model, script), suppress(_Enough):
            return self._trainers.train(model, 0.1, IN_BATCH, epochs, data)
        return None

    @contextmanager
    def _scripted(self, model: Model, script: _Script) -> Iterator[None]:
        """While it lasts, the model answers by the script, and losses and batches are no matter of the hand-in's."""
        places = self._parts.places_of(f"{model.kind}-loss") if f"{model.kind}-loss" in self._parts.found else []
        places += [(module, name) for module, name in self._places_of_batches()]
        kept = [(holder, name, getattr(holder, name)) for holder, name in places]
        network = model.network
        try:
            for holder, name, _ in kept:
                setattr(holder, name, script.batches if _is_loader(name) else script.loss)
            with (
                replaced(network, FORWARD, self._outputs_of(script)),
                replaced(network, BACKWARD, script.backward(network)),
            ):
                yield
        finally:
            for holder, name, value in kept:
                setattr(holder, name, value)

    def _outputs_of(self, script: _Script) -> Callable[..., Array]:
        return lambda X, *_: np.asanyarray(script.forward(X))

    def _places_of_batches(self) -> list[tuple[Any, str]]:
        has_loader = "batches" in self._parts.found and not self._parts.cuts_its_own
        return self._parts.places_of("batches") if has_loader else []


class _Script:
    """Validation losses that were made up, told in turn: the same until the next step of training."""

    def __init__(self, losses: list[float], kind: str, finish: bool) -> None:
        self.losses, self.outputs, self.finish = losses, 1 if kind == "binary" else 10, finish
        self.asked = 0
        self._fresh = True  # whether a step was taken since the last validation
        self._epochs = self._each = 0  # epochs that have begun, and validations in the first
        self._between = True  # whether an epoch is over, or none has begun

    def forward(self, X: Array, *_: Any) -> Array:
        """Outputs of which the loss is the one of the script, for targets of which the first class is true."""
        p = math.exp(-self._loss(len(X)))
        outputs = np.full((len(X), self.outputs), (1 - p) / max(self.outputs - 1, 1))
        outputs[:, 0] = p
        return outputs

    def loss(self, targets: Array, outputs: Array, *_: Any) -> float:
        return self._loss(len(targets))

    def backward(self, network: Any) -> Callable[..., Array]:
        """A backward pass that counts, and asks for no move."""

        def backward(*_: Any, **__: Any) -> Array:
            self._fresh = self._between = True
            still: Array = np.zeros_like(getattr(network, name_of(network, WEIGHTS)))
            set_attribute(network, name_of(network, GRADIENTS), still)
            return still

        return backward

    def batches(self, X: Array, Y: Array, batch_size: int, *_: Any, **__: Any) -> _Batches:
        """Batches in their order; there are twice the epochs that the losses need, for each may be cut short."""
        self._epochs, self._between = self._epochs + self._between, False
        self._each = self._each if self._epochs > 2 else max(1, self.asked)
        if not self.finish and (self._epochs - 2) * self._each > 2 * len(self.losses):
            raise _Enough
        starts = range(0, len(X) // batch_size * batch_size, batch_size)
        return _Batches((X[start : start + batch_size], Y[start : start + batch_size]) for start in starts)

    def _loss(self, rows: int) -> float:
        if rows != VALIDATED:
            return 0.7
        if self._fresh:
            if self.asked == len(self.losses) and not self.finish:
                self.asked += 1
                raise _Enough
            self._fresh, self.asked = False, self.asked + 1
        return self.losses[min(self.asked, len(self.losses)) - 1]


class _Batches(list[tuple[Array, Array]]):
    """Batches of which one can ask how many there are, as often as one likes, or one at a time."""

    def __next__(self) -> tuple[Array, Array]:
        if not self:
            raise StopIteration
        return self.pop(0)


def _made_up_data(model: Model) -> tuple[Array, Array, Array, Array]:
    """Training and validation data, told apart by their numbers of rows; the first class is always true."""
    outputs = outputs_of(model.kind, model.sizes)
    first = np.eye(1, outputs)

    def both(rows: int) -> tuple[Array, Array]:
        return model.form.rows(np.zeros((rows, model.sizes["inputs"]))), np.repeat(first, rows, axis=0)

    return *both(TRAINED), *both(VALIDATED)


def _is_loader(name: str) -> bool:
    return likeness(name, PARTS["batches"].names) > likeness(name, LOSSES)


def _holds(series: Array, losses: Array) -> bool:
    return len(series) >= len(losses) and bool(np.allclose(series[: len(losses)], losses, atol=1e-9))
