"""One run of fit, on a network of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from grader.worker.batching import in_order
from grader.worker.calling import Array, Offer, call, fit_arguments, parameters_of
from grader.worker.handin import Missing, spelled
from grader.worker.holding import namespace

from .costs import Costs
from .forms import distance_of, is_close, moved_by, some_batch, some_parameters, sum_of
from .instead import Instead, unwatched
from .layouts import Layouts
from .models import Models
from .names import BATCH, COEFFICIENT, EPOCHS, PARAMS, RATE, X_TRAIN, X_VAL, Y_TRAIN, Y_VAL
from .nouns import Container, Model, Schedule
from .parts import Parts
from .predictions import Predictions

_MOST_ROWS, _HALVINGS = 64, 16


class Fits:
    """One run of fit, on a network of its own."""

    def __init__(
        self, parts: Parts, layouts: Layouts, models: Models, costs: Costs, predictions: Predictions, instead: Instead
    ) -> None:
        self._parts, self._layouts, self._models, self._costs, self._predictions, self._instead = (
            parts,
            layouts,
            models,
            costs,
            predictions,
            instead,
        )
        self._drops_last: bool | None = None  # found out once

    def optimizer(self, name: str, settings: dict[str, float]) -> dict[str, float]:
        """The settings of fit: this course's optimizer is a part of it."""
        if name != "fit":
            raise Missing(f"This course has no optimizer {name}.")
        return dict(settings)

    def update(self, optimizer: dict[str, float], model: Model) -> None:
        """One epoch of fit on one batch, in a network of its own: a second fit is not what the course asks about."""
        X, y = model.batch or some_batch(model.sizes)
        start, lr, c = self._models.parameters(model), optimizer["learning_rate"], optimizer.get("c", 0.0)
        network = self._parts.network(model.sizes)
        if model.given is None:
            target = moved_by(start, self._costs.own_gradients(network, X, y, start, c, model.sizes), lr)
            held_out = self._improving(network, start, target, model.sizes)
            end = self.fit(network, start, (X, y), held_out, model.sizes, Schedule(len(X), lr, c))[0]
        else:
            end = self._epoch_with(model.given, network, (X, y), start, Schedule(len(X), lr, c), model.sizes)
        model.params = self._layouts.own(end)

    def _epoch_with(
        self,
        given: dict[str, Array],
        network: Any,
        data: tuple[Array, Array],
        start: dict[str, Array],
        schedule: Schedule,
        sizes: dict[str, int],
    ) -> dict[str, Array]:
        """Where fit goes with other gradients in the place of its own; weight decay stays the hand-in's."""
        (X, y), c = data, schedule.c
        target = moved_by(start, sum_of(given, self._costs.decay(network, X, y, start, c, sizes)), schedule.lr)
        held_out = self._improving(network, start, target, sizes)
        with self._instead.replaced(network, given, sizes):
            end = self.fit(network, start, data, held_out, sizes, schedule)[0]
        own = self._costs.own_gradients(
            network, X, y, start, c, sizes
        )  # of a fit with a backward pass of its own in it
        expected = moved_by(start, own, schedule.lr)
        return {name: target[name] if is_close(end[name], expected[name], start[name]) else end[name] for name in end}

    def _improving(
        self, network: Any, start: dict[str, Array], target: dict[str, Array], sizes: Mapping[str, int]
    ) -> tuple[Array, Array]:
        """Rows on which the target is right and the start is wrong, by the hand-in's own predictions and costs.

        With them for validation it does not matter whether fit also counts the parameters that it began with.
        """
        X = np.random.RandomState(11).standard_normal((256, sizes["inputs"]))
        try:
            X = self._near_boundaries(network, start, X)
            before, after = (
                self._predictions.labels(network, X.copy(), self._layouts.own(place)) for place in (start, target)
            )
            y = np.clip(after, 0, sizes["classes"] - 1).astype(np.int64)
            changed = np.flatnonzero(before != after)[:_MOST_ROWS]
            costs = np.array(
                [[self._costs.cost_of(network, place, X[[i]], y[[i]]) for i in changed] for place in (target, start)]
            )
        except Exception:  # predictions and costs are judged elsewhere
            return X, np.arange(len(X), dtype=np.int64) % sizes["classes"]
        better = changed[costs[0] < costs[1]] if len(changed) else changed
        chosen = better if len(better) else changed if len(changed) else np.arange(len(X))
        return X[chosen], y[chosen]

    def _near_boundaries(self, network: Any, place: dict[str, Array], X: Array) -> Array:
        """The rows, and places between two of them where the prediction is about to change: small steps show there."""
        one, other = X[::2], X[1::2]
        labels = self._predictions.labels(network, one.copy(), self._layouts.own(place))
        for _ in range(_HALVINGS):
            middle = (one + other) / 2
            same = (self._predictions.labels(network, middle.copy(), self._layouts.own(place)) == labels)[:, None]
            one, other = np.where(same, middle, one), np.where(same, other, middle)
        return np.concatenate([X, one, other])

    def fit(
        self,
        network: Any,
        start: Mapping[str, Array],
        data: tuple[Array, Array],
        held_out: tuple[Array, Array],
        sizes: Mapping[str, int],
        schedule: Schedule,
    ) -> tuple[dict[str, Array], Any, Container]:
        """The parameters that fit keeps, what it returns, and what became of the initial ones that it was given."""
        if len(data[0]) == schedule.batch_size and self._leaves_out_the_last(sizes):
            with in_order():  # then the one batch that it works on holds each row once
                return self._fit_once(network, start, _twice(data), held_out, sizes, schedule)
        return self._fit_once(network, start, data, held_out, sizes, schedule)

    def _leaves_out_the_last(self, sizes: Mapping[str, int]) -> bool:
        """Whether fit does nothing with a single batch and something with two: that slip has a criterion of its own."""
        if self._drops_last is None:
            X, y = some_batch(sizes)
            start, schedule = some_parameters(sizes), Schedule(len(X), lr=0.01)

            def moves(data: tuple[Array, Array]) -> bool:
                network = self._parts.network(sizes)
                return distance_of(self._fit_once(network, start, data, (X, y), sizes, schedule)[0], start) > 0

            self._drops_last = False
            with suppress(Exception), unwatched():  # what is wrong with fit is told by the call that follows
                self._drops_last = not moves((X, y)) and moves(_twice((X, y)))
        return self._drops_last

    def _fit_once(
        self,
        network: Any,
        start: Mapping[str, Array],
        data: tuple[Array, Array],
        held_out: tuple[Array, Array],
        sizes: Mapping[str, int],
        schedule: Schedule,
    ) -> tuple[dict[str, Array], Any, Container]:
        fit, params = self._parts.method(network, "fit"), self._layouts.own(start)
        offers = [
            Offer(held_out[0].copy(), X_VAL, "X_val"),
            Offer(held_out[1].copy(), Y_VAL, "y_val"),
            Offer(data[0].copy(), X_TRAIN, "X_train"),
            Offer(data[1].copy(), Y_TRAIN, "y_train"),
            Offer(params, PARAMS, "init_params"),
            Offer(schedule.batch_size, BATCH, "batch_size"),
            Offer(schedule.lr, RATE, "lr"),
            Offer(schedule.c, COEFFICIENT, "c"),
            Offer(schedule.epochs, EPOCHS, "epochs"),
        ]
        order = [2, 3, 0, 1, 4, 5, 6, 7, 8] if not _tells_validation(fit) else list(range(9))
        given, named = fit_arguments("fit", fit, [offers[index] for index in order])
        if not any(value is params for value in (*given, *named.values())):
            network.params = params
        with self._instead.filled_in(network, sizes):
            result = call(self._parts.handin, "fit", fit, *given, **named)
        return self._layouts.canonical(self._kept(network, result, params, sizes), sizes), result, params

    def _kept(self, network: Any, result: Any, params: Container, sizes: Mapping[str, int]) -> Container:
        """The parameters that a network has after fit: its best ones, else its own, returned, or changed in place."""
        holders = namespace(network)
        for name in sorted(holders, key=lambda name: ("best" not in name.lower(), name != "params", name)):
            if self._layouts.is_container(holders[name], sizes) and not re.search(
                r"init|start|grad|last", name.lower()
            ):
                return holders[name]
        for value in (network, result, *(result if isinstance(result, (tuple, list)) else ())):
            if self._layouts.is_container(value, sizes):
                return value
        return params


def _twice(data: tuple[Array, Array]) -> tuple[Array, Array]:
    return np.concatenate([data[0], data[0]]), np.concatenate([data[1], data[1]])


def _tells_validation(fit: Any) -> bool:
    """Whether the parameters of fit say by their names which of them are for validation."""
    names = [spelled(parameter.name) for parameter in parameters_of(fit) or ()]
    return any(re.fullmatch(X_VAL, name) for name in names)
