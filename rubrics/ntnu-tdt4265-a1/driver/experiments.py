"""Whole training runs, for the curves and pictures of a write-up."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.worker.batching import require_most_rows, row_numbers
from grader.worker.calling import Array
from grader.worker.learning import in_parts, learn, predicted

from .batches import Batches
from .held import Model, method_of, one_hot
from .images import Images
from .models import Models
from .names import BACKWARD, PAIR
from .parts import Parts
from .passes import replaced
from .trainers import Optimizer, Trainers


class Experiments:
    """Training runs of one hand-in."""

    def __init__(self, parts: Parts, images: Images, models: Models, trainers: Trainers, batches: Batches) -> None:
        self._parts, self._images, self._models = parts, images, models
        self._trainers, self._batches = trainers, batches

    def experiment(self, settings: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Train the model of these settings; with early stopping by the hand-in's own loop, else epoch by epoch."""
        np.random.seed(int(settings["seed"]))
        kind = str(settings["model"])
        model = self._models.build(kind, {"inputs": 784, "classes": int(data["classes"])}, float(settings["reg"]))
        sets = _Sets(kind, data, self._images.prepared)

        def after() -> dict[str, Any]:
            loss = in_parts(self._loss_of(model), sets.valid, sets.T_valid)
            return {
                "valid loss": sum(count * float(np.mean(part)) for count, part in loss) / len(sets.valid),
                sets.names[0]: self._guesses(model, sets.rows),
                sets.names[1]: self._guesses(model, sets.valid),
            }

        if settings["early_stopping"]:
            told = self._until_stopped(model, settings, sets, after)
        else:
            told = self._for_epochs(model, settings, sets, after)
        pictured = self._pictured(model)
        return {**told, **pictured, "numbers": {**pictured["numbers"], **told.get("numbers", {})}}

    def _loss_of(self, model: Model) -> Callable[[Array, Array], Any]:
        return lambda rows, T: self._models.loss(model.kind, T, self._models.forward(model, rows))

    def _for_epochs(
        self, model: Model, settings: Mapping[str, Any], sets: _Sets, after: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        optimizer = Optimizer({"learning_rate": float(settings["learning_rate"])})
        size, shuffle = int(settings["batch_size"]), bool(settings["shuffle"])
        batches, notes = self._epochs(sets, size, shuffle, int(settings["seed"]))

        def step(rows: Array, labels: Array) -> dict[str, Any]:
            return {"loss": self._trainers.step(optimizer, model, sets.rows[rows], sets.T[rows])}

        return {**learn(batches, step, after, int(settings["epochs"])), "notes": notes}

    def _epochs(
        self, sets: _Sets, batch_size: int, shuffle: bool, seed: int
    ) -> tuple[Callable[[int], list[tuple[Array, Array]]], list[str]]:
        """The batches of an epoch as the hand-in makes them, or ours where it does not."""
        numbered = np.arange(len(sets.y), dtype=np.float64)[:, None]  # numbers of rows go through it like images

        def own(epoch: int) -> list[tuple[Array, Array]]:
            rows = np.random.permutation(len(sets.y)) if shuffle else np.arange(len(sets.y))
            ends = range(batch_size, len(rows) + 1, batch_size)
            return [(rows[end - batch_size : end], sets.y[rows[end - batch_size : end]]) for end in ends]

        def theirs(epoch: int) -> list[tuple[Array, Array]]:
            made = self._batches.of_an_epoch(numbered, sets.y.copy(), batch_size, shuffle, 1_000 * seed + epoch, True)
            return [(row_numbers(part), np.asarray(labels, np.int64).reshape(-1)) for part, labels in made]

        if self._parts.cuts_its_own:  # and cannot be told whether to shuffle
            return own, []
        try:
            require_most_rows(theirs(0), len(sets.y))
        except Exception as error:  # it loses points for that elsewhere; the curves are of the model
            return own, [f"Your own batches could not be used ({self._parts.handin.told(error)}); ours were."]
        return theirs, []

    def _until_stopped(
        self, model: Model, settings: Mapping[str, Any], sets: _Sets, after: Callable[[], dict[str, Any]]
    ) -> dict[str, Any]:
        """Train by the hand-in's own loop, and look at the model after each epoch."""
        size, epochs, rate = int(settings["batch_size"]), int(settings["epochs"]), float(settings["learning_rate"])
        own = method_of(model.network, BACKWARD)
        data, each = (sets.rows, sets.T, sets.valid, sets.T_valid), max(1, len(sets.rows) // size)
        seen: list[dict[str, Any]] = []
        steps = 0

        def backward(*args: Any, **kwargs: Any) -> Any:
            nonlocal steps
            if steps and steps % each == 0:
                seen.append(after())
            steps += 1
            return own(*args, **kwargs)

        with replaced(model.network, BACKWARD, backward):
            self._trainers.train(model, rate, size, epochs, data, bool(settings["shuffle"]))
        seen.append(after())
        curves = {name: [told[name] for told in seen] for name in seen[0]}
        predictions = {name: np.array(curves.pop(name)) for name in sets.names}
        stopped = math.ceil(steps / each)
        return {
            "epochs": stopped,
            "history": curves,
            "predictions": predictions,
            "numbers": {"stopped in epoch": stopped, "steps": steps},
        }

    def _guesses(self, model: Model, rows: Array) -> Array:
        """The digit that the model sees in each image."""
        seen = (self._models.forward(model, part) for _, part in in_parts(np.array, rows))
        parts = [np.asarray(each, dtype=np.float64) for each in seen]
        outputs = np.concatenate([part.reshape(len(part), -1) for part in parts])
        return np.where(outputs[:, 0] > 0.5, *PAIR) if model.kind == "binary" else predicted(outputs)

    def _pictured(self, model: Model) -> dict[str, Any]:
        """The weights as pictures, and how large they are."""
        kept = self._models.parameters(model)
        squares = sum(float(np.sum(np.square(value))) for value in kept.values())
        return {
            "arrays": {"weights": kept["W1"].T.reshape(-1, 28, 28)},
            "numbers": {"squared norm": squares},
        }


class _Sets:
    """The images and targets of an experiment, as the hand-in takes them, and the names of their predictions."""

    def __init__(self, kind: str, data: Mapping[str, Any], prepare: Callable[..., Array]) -> None:
        self.names = ("pair", "valid pair") if kind == "binary" else ("train", "valid")
        white, (train, valid) = float(data["white"]), self.names
        images, others = (_as_images(data[f"X_{name}"], white) for name in (train, valid))
        statistics = (float(images.mean()), float(images.std()))
        self.rows, self.valid = prepare(images, statistics), prepare(others, statistics)
        self.y = np.asarray(data[f"y_{train}"])
        self.T = _digit_targets(kind, self.y, int(data["classes"]))
        self.T_valid = _digit_targets(kind, np.asarray(data[f"y_{valid}"]), int(data["classes"]))


def _as_images(X: Array, white: float) -> Array:
    """Images of 28 by 28 pixels from 0 to 255; smaller ones are enlarged and framed in black."""
    side = math.isqrt(X.shape[1])
    factor = 28 // side
    grey = np.asarray(X, dtype=np.float64).reshape(-1, side, side) * (255 / white)
    large = grey.repeat(factor, axis=1).repeat(factor, axis=2)
    before = (28 - factor * side) // 2
    after = 28 - factor * side - before
    return np.pad(large, ((0, 0), (before, after), (before, after))).reshape(len(X), 784)


def _digit_targets(kind: str, y: Array, classes: int) -> Array:
    return np.asarray((y == PAIR[0]).astype(np.int64)[:, None]) if kind == "binary" else one_hot(y, classes)
