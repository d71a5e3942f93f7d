"""Several epochs of fit on one batch, and what it keeps and records of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.worker.calling import Array, number
from grader.worker.handin import Missing, Unusable
from grader.worker.histories import named_series

from .batches import Batches
from .costs import Costs
from .curves import added_since, curves_in, numbers_kept, quantities, share_right
from .fits import Fits
from .forms import distance_of, moved_by
from .layouts import Layouts
from .models import Models
from .names import NAMES
from .nouns import Model, Run, Schedule
from .parts import Parts
from .predictions import Predictions

EPOCHS_RUN = 5
_COPIES = "Are the parameters that are kept a copy, or do they go on changing with every step?"
_HISTORY = "The course asks for loss and accuracy on the training and on the validation set, once an epoch."


class Runs:
    """Several epochs of fit on one batch, and what it keeps and records of them."""

    def __init__(
        self,
        parts: Parts,
        layouts: Layouts,
        models: Models,
        costs: Costs,
        predictions: Predictions,
        fits: Fits,
        batches: Batches,
    ) -> None:
        self._parts, self._layouts, self._models, self._costs, self._predictions, self._fits, self._batches = (
            parts,
            layouts,
            models,
            costs,
            predictions,
            fits,
            batches,
        )

    def distance_after_several_epochs(self, model: Model, X: Array, y: Array, lr: float) -> float:
        """How far fit is from steps of the hand-in's own gradients after some epochs, relative to the way."""
        run = self._run(model, (X, y), (X, y), lr, model.c)
        steps = self._steps(model, X, y, lr, model.c)
        ways = {name: max(float(np.abs(steps[-1][name] - steps[0][name]).max()), 1e-12) for name in NAMES}
        at_end = [max(float(np.abs(place[n] - steps[-1][n]).max()) / ways[n] for n in NAMES) for place in run.seen]
        return round(min(at_end), 6)  # but for rounding it is zero

    def epochs_from_the_best(self, model: Model, X: Array, y: Array, lr: float, falling: bool) -> float:
        """How many epochs lie between the parameters that fit keeps and those with the best validation.

        Best by the loss, with or without weight decay, or by the accuracy. With `falling` the labels of training
        contradict those of validation, so that every epoch is worse than the one before.
        """
        labels = self._predictions.labels(model.network, X.copy(), model.params)
        labels = np.clip(labels, 0, model.sizes["classes"] - 1).astype(np.int64)
        trained = (labels + 1) % model.sizes["classes"] if falling else y
        held_out = (X, labels if falling else y)
        run = self._telling_run(model, (X, trained), held_out, lr)
        distances = [distance_of(place, run.kept) for place in run.path]
        if min(distances) > 1e-6:
            raise Unusable("The parameters that fit keeps are those of none of its epochs.", _COPIES)
        best = self._best(run, held_out)
        return float(min(abs(int(np.argmin(distances)) - epoch) for epoch in best))

    def _telling_run(self, model: Model, data: tuple[Array, Array], held_out: tuple[Array, Array], lr: float) -> Run:
        """A run along which the accuracy changes: where it does not, choosing by it is choosing any epoch."""
        for larger in (1, 2, 4, 8, 16):
            run = self._run(model, data, held_out, larger * lr, model.c)
            if len({self._measured(run, held_out, place, "accuracy") for place in run.path[1:]}) > 1:
                break
        return run

    def _best(self, run: Run, held_out: tuple[Array, Array]) -> set[int]:
        """The epochs that are best by one measure or another; that before the first only where it is better."""
        best: set[int] = set()
        for kind in ("loss", "decayed", "accuracy"):
            sign = -1.0 if kind == "accuracy" else 1.0
            values = [sign * self._measured(run, held_out, place, kind) for place in run.path]
            if np.isfinite(values).all():
                after = [epoch for epoch in range(1, len(values)) if values[epoch] <= min(values[1:]) + 1e-12]
                best |= {0} if values[0] <= min(values[1:]) else set()
                best |= set(after) if kind != "accuracy" or len(after) < len(values) - 1 else set()
        return best or set(range(1, len(run.path)))

    def history(
        self, model: Model, X: Array, y: Array, X_val: Array, y_val: Array, lr: float, name: str
    ) -> dict[str, float]:
        """The share of right entries in one of the four curves, by the hand-in's own cost or predictions."""
        run = self._run(model, (X, y), (X_val, y_val), lr, model.c)
        if not run.series.get(name) and name in run.lengths:
            entries_ = "one entry" if run.lengths[name] == 1 else f"{run.lengths[name]} entries"
            raise Unusable(f"After {EPOCHS_RUN} epochs the history of the {name} has {entries_}.", _HISTORY)
        if not run.series.get(name):
            raise Missing(f"After fit there is no history of the {name}.", _HISTORY)
        part, _, kind = name.partition(" ")
        data = (X, y) if part == "training" else (X_val, y_val)
        kinds = ("loss", "decayed") if kind == "loss" else (kind,)
        rows = [[self._measured(run, data, place, each) for place in run.path] for each in kinds]
        if kind == "loss" and np.ptp(rows[0]) == 0:
            raise Unusable("The loss does not change during fit, so that its history tells nothing.")
        return {
            f"share of right entries in the {name}": max(share_right(each, rows, part) for each in run.series[name])
        }

    def _measured(self, run: Run, data: tuple[Array, Array], place: Mapping[str, Array], kind: str) -> float:
        """The hand-in's own loss, without or with weight decay, or its own accuracy."""
        network, (X, y) = run.model.network, data
        if kind == "accuracy":
            return float(np.mean(self._predictions.labels(network, X.copy(), self._layouts.own(place)) == y))
        c = run.model.c if kind == "decayed" else 0.0
        cost = self._costs.cost_grad(network, X.copy(), y.copy(), self._layouts.own(place), c)[0]
        return float(np.mean(number(cost, "The cost")))

    def _run(self, model: Model, data: tuple[Array, Array], held_out: tuple[Array, Array], lr: float, c: float) -> Run:
        """Some epochs of fit on one batch, with the way that its parameters went."""
        start, network = self._models.parameters(model), self._parts.network(model.sizes)
        before = dict(numbers_kept(network))
        with self._batches.watching(model.sizes) as calls:
            schedule = Schedule(len(data[0]), lr, c, EPOCHS_RUN)
            end, result, _ = self._fits.fit(network, start, data, held_out, model.sizes, schedule)
        path = [start]
        for each in calls:
            if each.place is not None and all(distance_of(each.place, place) > 0 for place in path):
                path.append(each.place)
        seen = [*path[1:], end]
        rests = len(path) == 1 and distance_of(start, end) == 0
        added = [*added_since(network, before), *named_series(result)]
        curves = curves_in(added, EPOCHS_RUN)
        stops_early = not curves and 2 < len(path) <= EPOCHS_RUN and bool(curves := curves_in(added, len(path) - 1))
        if len(path) != EPOCHS_RUN + 1 and not stops_early:
            path = self._steps(model, *data, lr, c)
        if rests or distance_of(path[0], path[-1]) == 0:
            raise Unusable("Fit leaves the parameters where they were.", "Is there a step for each batch?")
        lengths = {name: np.size(value) for path_, value in added for name in quantities(path_)}
        return Run(model, path, end, seen, curves, lengths)

    def _steps(self, model: Model, X: Array, y: Array, lr: float, c: float) -> list[dict[str, Array]]:
        """The way of gradient descent by the hand-in's own gradients."""
        path = [self._models.parameters(model)]
        for _ in range(EPOCHS_RUN):
            own = self._costs.own_gradients(model.network, X, y, path[-1], c, model.sizes)
            path.append(moved_by(path[-1], own, lr))
        return path

    def change_of_initial_parameters(self, model: Model, X: Array, y: Array) -> float:
        """By how much fit changes the initial parameters that it is given."""
        start = self._models.parameters(model)
        schedule = Schedule(len(X), lr=0.1, epochs=2)
        given = self._fits.fit(self._parts.network(model.sizes), start, (X, y), (X, y), model.sizes, schedule)[2]
        return distance_of(self._layouts.canonical(given, model.sizes), start)

    def predict_kept(self, model: Model, X: Array, y: Array) -> float:
        """The share of rows that predict, given no parameters after fit, labels as with those that fit kept."""
        network = self._parts.network(model.sizes)
        schedule = Schedule(len(X), lr=0.5, epochs=3)
        kept = self._fits.fit(network, self._models.parameters(model), (X, y), (X, y), model.sizes, schedule)[0]
        own = self._predictions.labels(network, X.copy(), None)
        return float(np.mean(own == self._predictions.labels(network, X.copy(), self._layouts.own(kept))))
