"""What stands in the place of cost_grad for a while."""

from __future__ import annotations

import inspect
import itertools
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import Unusable, spelled
from grader.worker.histories import entries

from .costs import Costs
from .forms import cost_and_gradients, name_in, shapes_of, some_batch, some_parameters, sum_of
from .layouts import Layouts
from .names import COEFFICIENT, NAMES, PARAMS, X_TRAIN, Y_TRAIN
from .parts import Bound, Parts


class Instead:
    """What stands in the place of cost_grad for a while."""

    def __init__(self, parts: Parts, layouts: Layouts, costs: Costs) -> None:
        self._parts, self._layouts, self._costs = parts, layouts, costs
        self._holes: frozenset[str] | None = None  # found out once

    @contextmanager
    def replaced(self, network: Any, given: dict[str, Array], sizes: Mapping[str, int]) -> Iterator[None]:
        """For a while cost_grad answers with given gradients, and with a cost that falls."""
        self._holes_in(sizes)  # a question for the hand-in's own
        method, form, calls = (
            self._parts.method(network, "cost-grad"),
            self._answer_form(network, sizes),
            itertools.count(1),
        )

        def cost_grad(*asked: Any, **kwargs: Any) -> Any:
            X, y, place, c = self._asked_for(method, asked, kwargs, sizes)
            decay = self._costs.decay(Bound(method, network), X, y, place, c, sizes)
            if not isinstance(method(*asked, **kwargs), (tuple, list)):  # it was told to leave the gradients out
                return np.float64(1.0 / next(calls))
            return form(1.0 / next(calls), sum_of(given, decay))

        with _in_place(network, method, cost_grad):
            yield

    @contextmanager
    def filled_in(self, network: Any, sizes: Mapping[str, int]) -> Iterator[None]:
        """For a while gradients that no step can use are zero, so that the rest of fit can be seen."""
        if not self._holes_in(sizes):
            yield
            return
        method, slots = self._parts.method(network, "cost-grad"), self._layouts.layout()
        zeros = {name: slots[name].own(np.zeros(shape)) for name, shape in shapes_of(sizes).items()}
        with _in_place(network, method, lambda *asked, **kwargs: self._whole(method(*asked, **kwargs), zeros)):
            yield

    def _holes_in(self, sizes: Mapping[str, int]) -> frozenset[str]:
        """The gradients that cost_grad does not compute yet, or gives in a shape that the parameter does not have."""
        if self._holes is None:
            self._holes, (X, y) = frozenset(), some_batch(sizes)
            with suppress(Exception), unwatched():
                place = self._layouts.own(some_parameters(sizes))
                found = cost_and_gradients(self._costs.returned(self._parts.network(sizes), X, y, place, 0.0))[1]
                self._holes = frozenset(NAMES) if found is None else self._unusable(found, sizes)
        return self._holes

    def _unusable(self, found: Any, sizes: Mapping[str, int]) -> frozenset[str]:
        """One number for all biases is wrong, but a step can use it."""
        given, shapes = self._costs.gradients(found, sizes), shapes_of(sizes)
        is_partly = any(each is None for each in entries(found).values())
        missing = frozenset(NAMES) - frozenset(given) if is_partly else frozenset[str]()
        return missing | {name for name, each in given.items() if each.size > 1 and each.shape != shapes[name]}

    def _whole(self, returned: Any, zeros: Mapping[str, Array]) -> Any:
        """What cost_grad returned, with zeros for what no step can use."""
        if not isinstance(returned, (tuple, list)) or len(returned) < 2:
            return returned
        cost, found = cost_and_gradients(returned)

        def usable(name: str, each: Any) -> Any:
            is_hole = name in (self._holes or ()) and np.shape(each) != zeros[name].shape
            return zeros[name] if is_hole else each

        if isinstance(found, (tuple, list)):
            whole = [usable(name, each) for name, each in zip(self._costs.order, found, strict=True)]
            return (cost, *whole) if len(returned) > len(NAMES) else (cost, whole)
        named = {f"d_{name.lower()}": None for name in NAMES} if found is None else found
        return cost, {key: usable(name_in(key), each) for key, each in named.items()}

    def _asked_for(
        self, method: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], sizes: Mapping[str, int]
    ) -> tuple[Array, Array, dict[str, Array], float]:
        """What a call of cost_grad is about, by the names of its parameters."""
        bound = inspect.signature(method).bind(*args, **kwargs)
        bound.apply_defaults()
        patterns = {"X": X_TRAIN, "y": Y_TRAIN, "params": PARAMS, "c": COEFFICIENT}
        found: dict[str, Any] = {}
        for parameter, value in bound.arguments.items():
            wanted = next(
                (n for n, p in patterns.items() if n not in found and re.fullmatch(p, spelled(parameter))), ""
            )
            found[wanted or parameter] = value
        X, y = np.array(found.get("X")), np.array(found.get("y"))
        zeros = {name: np.zeros(shape) for name, shape in shapes_of(sizes).items()}
        place = (
            self._layouts.canonical(found["params"], sizes)
            if self._layouts.is_container(found.get("params"), sizes)
            else zeros
        )
        return X, y, place, float(found.get("c") or 0.0)

    def _answer_form(self, network: Any, sizes: Mapping[str, int]) -> Callable[[float, Mapping[str, Array]], Any]:
        """How the hand-in hands over a cost and gradients: as what, and under which keys or in which order."""
        X, y = some_batch(sizes)
        slots, keys = self._layouts.layout(), {name: f"d_{name.lower()}" for name in NAMES}
        zeros = self._layouts.own({name: np.zeros(shape) for name, shape in shapes_of(sizes).items()})
        listed, flat, shape = False, False, tuple[int, ...]()
        with suppress(Exception):  # one that fails is given the course's own keys
            returned = self._costs.returned(network, X, y, zeros, 0.0)
            cost, found = cost_and_gradients(returned)
            self._costs.gradients(found, sizes)
            listed, flat, shape = not isinstance(found, Mapping), len(returned) > len(NAMES), np.shape(cost)
            own_keys = {} if listed else {name: key for key in found if (name := name_in(key))}
            keys = {**own_keys, **{name: key for name, key in keys.items() if name not in own_keys}}  # in its own order

        def form(cost: float, gradients: Mapping[str, Array]) -> tuple[Any, ...]:
            own = {name: slots[name].own(gradients[name]) for name in (self._costs.order if listed else keys)}
            told = np.full(shape, cost) if shape else np.float64(cost)
            if flat:
                return (told, *own.values())
            return told, tuple(own.values()) if listed else {keys[name]: value for name, value in own.items()}

        return form


@contextmanager
def _in_place(network: Any, method: Callable[..., Any], other: Callable[..., Any]) -> Iterator[None]:
    """For a while another function stands in the place of a network's cost_grad."""
    name = getattr(method, "__name__", "cost_grad")
    owner = next((kind for kind in type(network).__mro__ if name in vars(kind)), None)
    if owner is None:
        raise Unusable("cost_grad does not belong to the class of the network.")

    def cost_grad(*args: Any, **kwargs: Any) -> Any:
        return other(*(args[1:] if args and isinstance(args[0], type(network)) else args), **kwargs)

    before = vars(owner)[name]
    setattr(owner, name, staticmethod(cost_grad) if isinstance(before, staticmethod) else cost_grad)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def unwatched() -> Iterator[None]:
    """A question in between: whoever watches does not mean it, and what follows draws as it would have without it."""
    watching, chance = sys.getprofile(), np.random.get_state()
    sys.setprofile(None)
    try:
        yield
    finally:
        sys.setprofile(watching)
        np.random.set_state(chance)
