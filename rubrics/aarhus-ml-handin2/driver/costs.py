"""What cost_grad returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, call, fit_arguments, number

from .forms import as_array, by_name, cost_and_gradients, is_list, order_by_size, shapes_of
from .layouts import Layouts
from .names import COEFFICIENT, NAMES, PARAMS, X_TRAIN, Y_TRAIN
from .nouns import Container, Model
from .parts import Parts


class Costs:
    """What cost_grad returns."""

    def __init__(self, parts: Parts, layouts: Layouts) -> None:
        self._parts, self._layouts = parts, layouts
        self.order: tuple[str, ...] = NAMES  # in which gradients without names come

    def evaluate(self, model: Model, X: Array, y: Array, mode: str = "train", gradients: bool = True) -> dict[str, Any]:
        """The cost of a batch and, in mode "train", its gradients, as the hand-in gives them."""
        cost, found = self.cost_grad(model.network, X, y, model.params, model.c)
        model.batch, model.given = (np.array(X), np.array(y)), None
        answer: dict[str, Any] = {"loss": number(cost, "The cost that cost_grad returned")}
        if mode == "train" and gradients:
            answer["gradients"] = self.gradients(found, model.sizes)
        return answer

    def penalty(self, model: Model, X: Array, y: Array, c: float) -> dict[str, Any]:
        """What weight decay adds to the cost and to each gradient: with it minus without it."""
        seen = [self.cost_grad(model.network, X.copy(), y.copy(), model.params, each) for each in (c, 0.0)]
        costs = [number(cost, "The cost that cost_grad returned") for cost, _ in seen]
        with_c, without = (self.gradients(found, model.sizes) for _, found in seen)
        differences = {n: g - without[n] for n, g in with_c.items() if n in without and g.shape == without[n].shape}
        return {"cost": costs[0] - costs[1], **differences}

    def penalty_of_cost(self, model: Model, X: Array, y: Array, c: float) -> float | Array:
        """What weight decay adds to the cost."""
        costs = [self.cost_grad(model.network, X.copy(), y.copy(), model.params, each)[0] for each in (c, 0.0)]
        with_c, without = (number(cost, "The cost that cost_grad returned") for cost in costs)
        return with_c - without

    def cost_grad(self, network: Any, X: Array, y: Array, params: Container, c: float) -> tuple[Any, Any]:
        return cost_and_gradients(self.returned(network, X, y, params, c))

    def returned(self, network: Any, X: Array, y: Array, params: Container, c: float) -> Any:
        """What cost_grad returns, in the hand-in's own form."""
        method = self._parts.method(network, "cost-grad")
        offers = [
            Offer(X, X_TRAIN, "X"),
            Offer(y, Y_TRAIN, "y"),
            Offer(params, PARAMS, "params"),
            Offer(float(c), COEFFICIENT, "c"),
        ]
        given, named = fit_arguments("cost_grad", method, offers)
        if not any(value is params for value in (*given, *named.values())):
            network.params = params
        return call(self._parts.handin, "cost_grad", method, *given, **named)

    def gradients(self, found: Any, sizes: Mapping[str, int]) -> dict[str, Array]:
        slots, shapes = self._layouts.layout(), shapes_of(sizes)
        if is_list(found):
            self.order = order_by_size(found, shapes) or self.order
        named = by_name(found, self.order)
        arrays = {
            name: as_array(value, f"The gradient of {name}") for name, value in named.items() if value is not None
        }
        return {name: slots[name].canonical(array, shapes[name]) for name, array in arrays.items()}

    def own_gradients(
        self, network: Any, X: Array, y: Array, place: Mapping[str, Array], c: float, sizes: Mapping[str, int]
    ) -> dict[str, Array]:
        """The hand-in's own gradients, with zeros for what it does not give or gives in another shape."""
        zeros = {name: np.zeros(shape) for name, shape in shapes_of(sizes).items()}
        try:
            found = self.gradients(self.cost_grad(network, X.copy(), y.copy(), self._layouts.own(place), c)[1], sizes)
        except Exception:  # the backward pass is judged elsewhere
            return zeros
        fitting = {name: value for name, value in found.items() if value.shape == zeros[name].shape}
        return {**zeros, **fitting}

    def decay(
        self, network: Any, X: Array, y: Array, place: Mapping[str, Array], c: float, sizes: Mapping[str, int]
    ) -> dict[str, Array]:
        """What weight decay adds to the hand-in's own gradients."""
        if not c:
            return {name: np.zeros(shape) for name, shape in shapes_of(sizes).items()}
        with_c, without = (self.own_gradients(network, X, y, place, each, sizes) for each in (c, 0.0))
        return {name: with_c[name] - without[name] for name in with_c}

    def cost_of(self, network: Any, place: Mapping[str, Array], X: Array, y: Array) -> float:
        """The hand-in's own cost without weight decay."""
        cost, _ = self.cost_grad(network, X.copy(), y.copy(), self._layouts.own(place), 0.0)
        return float(np.mean(number(cost, "The cost that cost_grad returned")))

    def cost_at(self, place: Mapping[str, Array], X: Array, y: Array, sizes: Mapping[str, int]) -> float:
        cost, _ = self.cost_grad(self._parts.network(sizes), X, y, self._layouts.own(place), 0.0)
        return float(np.mean(number(cost, "The cost that cost_grad returned")))
