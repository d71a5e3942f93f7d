"""The hand-in's optimizer: its steps, and the penalty that it adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, call, fit_arguments, takes
from grader.worker.handin import Missing, Unusable
from grader.worker.layouts import canonical_gradients, read_parameters, returned_arrays, write_parameters
from grader.worker.methods import find_method, mentioned, methods_called
from grader.worker.naming import GRADIENTS, MOMENTUM, NETWORK, PENALTY_RATE, RATE, WEIGHTS

from .gradients import Gradients
from .names import PENALTY, UPDATE
from .nouns import Model, Optimizer, weights_of
from .parts import Parts
from .passes import Passes
from .slots import Slots

__all__ = ["Steps"]


class Steps:
    """Builds the optimizers of one hand-in and takes steps with them."""

    def __init__(self, parts: Parts, passes: Passes, gradients: Gradients, slots: Slots) -> None:
        self._handin, self._parts, self._passes = parts.handin, parts, passes
        self._gradients, self._slots = gradients, slots
        self._regularizes: bool | None = None  # whether the training loop calls the penalty; None: not looked yet

    # building

    def optimizer(self, name: str, settings: dict[str, float]) -> Optimizer:
        """The hand-in's optimizer with these settings."""
        if name != "sgd":
            raise Missing(f"This course has no optimizer {name}.")
        made = Optimizer(dict(settings))
        if not self._wants_model():
            made.steppers.append((None, self._build(made, None)))
        return made

    def _wants_model(self) -> bool:
        return takes(self._parts.load("optimizer"), f"{NETWORK}|{WEIGHTS}", required=True)

    def _build(self, optimizer: Optimizer, network: Any) -> Any:
        kind, settings = self._parts.load("optimizer"), optimizer.settings
        offers = [
            Offer(float(settings.get("learning_rate", 1e-4)), RATE, "learning_rate"),
            Offer(float(settings.get("reg", 0.0)), PENALTY_RATE, "reg"),
        ]
        if network is not None:
            offers = [Offer(network, NETWORK), Offer(weights_of(network), WEIGHTS), *offers]
        if takes(kind, MOMENTUM, required=True):
            offers.append(Offer(float(settings.get("momentum", 0.0)), MOMENTUM))
        given, named = fit_arguments(f"{kind.__name__}.__init__", kind, offers)
        return call(self._handin, kind.__name__, kind, *given, **named)

    def _acting(self, optimizer: Optimizer, model: Model) -> Any:
        """The hand-in's object: one for all models, unless it is built around a model."""
        for network, stepper in optimizer.steppers:
            if network is None or network is model.network:
                return stepper
        optimizer.steppers.append((model.network, self._build(optimizer, model.network)))
        return optimizer.steppers[-1][1]

    # steps

    def update(self, optimizer: Optimizer, model: Model) -> None:
        """One step of the hand-in's optimizer with the gradients that the model now holds."""
        acting = self._acting(optimizer, model)
        if self._train_regularizes(acting):
            self._call_on_model(acting, PENALTY, optimizer, model)
        self._call_on_model(acting, UPDATE, optimizer, model)

    def stepper(self, model: Model, optimizer: Optimizer) -> Callable[[Array, Array], dict[str, Any]]:
        """One step of training on a batch, with every name looked up once; a long training asks for thousands."""
        slowly = partial(self._step, model, optimizer)
        acting = self._acting(optimizer, model)
        update = find_method(acting, UPDATE)
        if update is None or self._passes.separate_backward(model) or self._train_regularizes(acting):
            return slowly
        moved = fit_arguments("update", update, [Offer(model.network, NETWORK, "model")])
        if moved != ([model.network], {}):
            return slowly  # it wants more than its model

        forward = self._passes.caller(model, "train")

        def step(X: Array, y: Array) -> dict[str, Any]:
            answer, rest = self._passes.read(model, forward(X, y), y)
            if rest:
                self._gradients.read(model, rest)
            call(self._handin, "update", update, model.network)
            return answer

        return step

    def _step(self, model: Model, optimizer: Optimizer, X: Array, y: Array) -> dict[str, Any]:
        answer = self._passes.evaluate(model, X, y, "train", gradients=False)
        self.update(optimizer, model)
        return answer

    def _train_regularizes(self, stepper: Any) -> bool:
        """Whether the hand-in's training loop, and not its update, calls the penalty."""
        if self._regularizes is None:
            penalty = find_method(stepper, PENALTY)
            name = getattr(penalty, "__name__", "")
            inside = mentioned(self._handin, type(stepper), UPDATE)
            names = {base.__name__ for base in type(stepper).__mro__}
            own = {definition for definition in self._handin.definitions if definition.name in names}
            graded = self._parts.graded_paths()
            others = [item for item in self._handin.definitions if item not in own and item.path in graded]
            outside = any(name in methods_called(item.node) for item in others)
            self._regularizes = bool(name) and name not in inside and outside
        return self._regularizes

    def _call_on_model(self, stepper: Any, names: Sequence[str], optimizer: Optimizer, model: Model) -> Any:
        method = find_method(stepper, names)
        if method is None:
            raise Missing(f"{type(stepper).__name__} has no method {names[0]}.")
        what = f"{type(stepper).__name__}.{getattr(method, '__name__', names[0])}"
        offers = [
            Offer(model.network, NETWORK, "model"),
            Offer(self._gradients.holder(model), GRADIENTS, "gradients"),
            Offer(weights_of(model.network), WEIGHTS, "weights"),
            Offer(float(optimizer.settings.get("learning_rate", 1e-4)), RATE, "learning_rate"),
            Offer(float(optimizer.settings.get("reg", 0.0)), PENALTY_RATE, "reg"),
        ]
        given, named = fit_arguments(what, method, offers)
        return call(self._handin, what, method, *given, **named)

    # the penalty

    def penalty(self, optimizer: Optimizer, model: Model) -> dict[str, Array]:
        """What the L2 penalty adds to each gradient: after minus before, at known gradients."""
        stepper = self._acting(optimizer, model)
        start = read_parameters(model.network, model.layout)
        given = _known_gradients(start)
        try:
            if find_method(stepper, PENALTY) is None:
                return self._penalty_by_steps(optimizer, model, start, given)
            self._slots.fill(model, given)
            given = self._gradients.now(model)  # as the hand-in's dtype keeps them
            result = self._call_on_model(stepper, PENALTY, optimizer, model)
            after = self._gradients.now(model)
            if _same(after, given) and result is not None:
                came = returned_arrays(result, tuple(model.layout.places))
                after = canonical_gradients(model.network, model.layout, came) or after
            return {name: _difference(after.get(name), before) for name, before in given.items()}
        finally:
            write_parameters(model.network, model.layout, start)

    def _penalty_by_steps(
        self, optimizer: Optimizer, model: Model, start: dict[str, Array], given: dict[str, Array]
    ) -> dict[str, Array]:
        """Where nothing but update applies the penalty: the difference of a step with it and one without."""
        ends = []
        for reg in (float(optimizer.settings.get("reg", 0.0)), 0.0):
            write_parameters(model.network, model.layout, start)
            self._slots.fill(model, given)
            other = self.optimizer("sgd", {**optimizer.settings, "reg": reg, "learning_rate": 1.0})
            self.update(other, model)
            ends.append(read_parameters(model.network, model.layout))
        return {name: _difference(ends[1].get(name), ends[0][name]) for name in start}


def _same(one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def _difference(after: Array | None, before: Array) -> Array:
    """After minus before; where the shape has changed, what is there now, so that it can be seen."""
    if after is None:
        raise Unusable("After the regularization a gradient is missing.")
    return after - before if after.shape == before.shape else after


def _known_gradients(parameters: Mapping[str, Array]) -> dict[str, Array]:
    rng = np.random.RandomState(7)
    return {name: rng.standard_normal(np.shape(value)) / 64 for name, value in parameters.items()}
