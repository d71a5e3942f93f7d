"""Whole trainings, an epoch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.worker.calling import Array, number
from grader.worker.histories import named_series
from grader.worker.learning import in_parts

from .costs import Costs
from .curves import curves_in, numbers_kept
from .fits import Fits
from .forms import distance_of, shapes_of
from .layouts import Layouts
from .nouns import Schedule
from .parts import Parts
from .predictions import Predictions

_MOST_IN_LOSS = 10_000  # training rows whose mean loss is told; asking for a cost costs a backward pass as well


class Experiments:
    """Whole trainings, an epoch at a time."""

    def __init__(self, parts: Parts, layouts: Layouts, costs: Costs, predictions: Predictions, fits: Fits) -> None:
        self._parts, self._layouts = parts, layouts
        self._costs, self._predictions, self._fits = costs, predictions, fits

    def train(
        self,
        model: str,
        sizes: dict[str, int],
        parameters: dict[str, Array],
        optimizer: str,
        settings: dict[str, float],
        X: Array,
        y: Array,
        order: Array,
        batch_size: int,
        X_held_out: Array,
    ) -> dict[str, Any]:
        """Fit for an epoch at a time, each from where the last one ended, and predict unlabelled rows after each.

        The first tenth of the rows of each epoch is for validation.
        """
        told: dict[str, list[Any]] = {"loss": [], "accuracy": [], "predictions": []}
        place, options = dict(parameters), self._fits.optimizer(optimizer, settings)
        network = self._parts.network(sizes)
        for rows in order:
            cut = len(rows) // 10
            train, held_out = (X[rows[cut:]], y[rows[cut:]]), (X[rows[:cut]], y[rows[:cut]])
            schedule = Schedule(batch_size, options["learning_rate"], options.get("c", 0.0))
            place, result, _ = self._fits.fit(network, place, train, held_out, sizes, schedule)
            curves = curves_in([*numbers_kept(network), *named_series(result)], 1)
            for name in ("loss", "accuracy"):
                found = curves.get(f"training {name}")
                told[name].append(float(found[0][-1]) if found else float("nan"))
            told["predictions"].append(self._predictions.labels(network, X_held_out.copy(), self._layouts.own(place)))
        return {**told, "predictions": np.array(told["predictions"], dtype=np.int64)}

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Fit for an epoch at a time as the course does: pixels divided by 256, its initial weights, decay as set.

        Which epoch is the best is found outside, by the predictions after each.
        """
        white = float(data["white"]) + 1.0
        X, y = data["X_train"] / white, data["y_train"]
        held_out = (data["X_valid"] / white, data["y_valid"])
        sizes = {"inputs": X.shape[1], "hidden": int(settings["hidden"]), "classes": int(data["classes"])}
        schedule = Schedule(int(settings["batch_size"]), float(settings["learning_rate"]), float(settings["c"]))
        network, place = self._parts.network(sizes), _initial_parameters(sizes, int(settings["seed"]))
        history: dict[str, list[float]] = {"train loss": [], "valid loss": []}
        predictions: dict[str, list[Array]] = {"train": [], "valid": [], "test": []}
        if not _is_both(data):
            predictions["in-sample"] = []
        taken_back = 0
        np.random.seed(int(settings["seed"]))
        for _ in range(int(settings["epochs"])):
            before, (place, *_) = place, self._fits.fit(network, place, (X, y), held_out, sizes, schedule)
            taken_back += distance_of(before, place) == 0
            history["train loss"].append(self._mean_loss(network, place, X[:_MOST_IN_LOSS], y[:_MOST_IN_LOSS]))
            history["valid loss"].append(self._mean_loss(network, place, *held_out))
            for name, found in predictions.items():
                found.append(self._labels_in_parts(network, place, data[f"X_{name}"], white))
        told = {name: np.array(found, dtype=np.int64) for name, found in predictions.items()}
        told.setdefault("in-sample", np.concatenate([told["train"], told["valid"]], axis=1))
        notes = [f"In {taken_back} epochs fit went back to where it began."] if taken_back else []
        return {"epochs": int(settings["epochs"]), "history": history, "predictions": told, "notes": notes}

    def _mean_loss(self, network: Any, place: Mapping[str, Array], X: Array, y: Array) -> float:
        """The hand-in's own cost without weight decay, over all rows."""

        def cost(rows: Array, labels: Array) -> float:
            told = self._costs.cost_grad(network, rows.copy(), labels.copy(), self._layouts.own(place), 0.0)[0]
            return float(np.mean(number(told, "The cost that cost_grad returned")))

        return float(sum(count * each for count, each in in_parts(cost, X, y)) / len(y))

    def _labels_in_parts(self, network: Any, place: Mapping[str, Array], X: Array, white: float) -> Array:
        parts = in_parts(lambda rows: self._predictions.labels(network, rows / white, self._layouts.own(place)), X)
        return np.concatenate([labels for _, labels in parts])


def _is_both(data: Mapping[str, Any]) -> bool:
    """Whether the rows in sample are those of training and then those of validation, so that both are known already."""
    return np.array_equal(data["X_in-sample"], np.concatenate([data["X_train"], data["X_valid"]]))


def _initial_parameters(sizes: Mapping[str, int], seed: int) -> dict[str, Array]:
    """Where the course lets every training begin: normal weights as wide as suits their layers, biases of zero."""
    rng, shapes = np.random.RandomState(seed), shapes_of(sizes)
    spreads = {
        "W1": np.sqrt(2.0 / (sizes["inputs"] + sizes["hidden"])),
        "W2": np.sqrt(4.0 / (sizes["hidden"] + sizes["classes"])),
    }
    return {n: rng.normal(0.0, spreads[n], s) if n in spreads else np.zeros(s) for n, s in shapes.items()}
