"""Longer pieces of work that the checks ask of any course, made of the driver's vocabulary; they run in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from grader.worker.chance import begin_chance

Array = np.ndarray[Any, np.dtype[Any]]


class Vocabulary(Protocol):
    """The part of a driver that these procedures use."""

    def build(self, model: str, sizes: dict[str, int]) -> Any: ...
    def parameters(self, model: Any) -> dict[str, Array]: ...
    def assign(self, model: Any, parameters: dict[str, Array]) -> None: ...
    def evaluate(
        self, model: Any, X: Array, y: Array, mode: str = "train", gradients: bool = True
    ) -> dict[str, Any]: ...
    def probabilities(self, model: Any, X: Array) -> Any: ...
    def optimizer(self, name: str, settings: dict[str, float]) -> Any: ...
    def give_gradients(self, model: Any, gradients: dict[str, Array]) -> None: ...
    def update(self, optimizer: Any, model: Any) -> None: ...
    def stepper(self, model: Any, optimizer: Any) -> Callable[[Array, Array], dict[str, Any]]: ...


def begun(driver: Vocabulary, model: str, sizes: dict[str, int], parameters: dict[str, Array]) -> Any:
    """A model that is built, and has these parameters."""
    built = driver.build(model, sizes)
    driver.assign(built, parameters)
    return built


def updates(
    driver: Vocabulary,
    model: str,
    sizes: dict[str, int],
    parameters: dict[str, Array],
    optimizer: str,
    settings: dict[str, float],
    given: list[Any],
) -> list[dict[str, Array]]:
    """The parameters after each of some updates of one model by one optimizer.

    Args:
        given: for each update the gradients that are put into the model, or a batch whose gradients are its own.
    """
    moved = begun(driver, model, sizes, parameters)
    mover = driver.optimizer(optimizer, settings)
    places = []
    for each in given:
        begin_chance(0)
        if isinstance(each, dict):
            driver.give_gradients(moved, each)
        else:
            X, y = each
            driver.evaluate(moved, X, y, mode="train")
        driver.update(mover, moved)
        places.append(driver.parameters(moved))
    return places


def evaluate_fresh(
    driver: Vocabulary, model: str, sizes: dict[str, int], parameters: dict[str, Array], X: Array, y: Array
) -> dict[str, Any]:
    """Loss, accuracy and gradients of a model that is built for this one batch."""
    return driver.evaluate(begun(driver, model, sizes, parameters), X, y, mode="train")


def calls_in_a_row(
    driver: Vocabulary,
    model: str,
    sizes: dict[str, int],
    parameters: dict[str, Array],
    batches: list[list[Array]],
) -> dict[str, Any]:
    """The same call twice, another batch, evaluation mode, on one model; and what became of its inputs."""
    used = begun(driver, model, sizes, parameters)
    X, y = (array.copy() for array in batches[0])

    def evaluate(number: int, mode: str = "train", network: Any = used) -> dict[str, Any]:
        return driver.evaluate(network, batches[number][0].copy(), batches[number][1].copy(), mode=mode)

    seen = {
        "first": driver.evaluate(used, X, y, mode="train"),
        "X": X,
        "y": y,
        "parameters": driver.parameters(used),
        "second": evaluate(0),
        "other": evaluate(1),
        "other, fresh": evaluate(1, network=begun(driver, model, sizes, parameters)),
    }
    evaluate(2, mode="evaluate")
    return {**seen, "after evaluation": evaluate(0)}


def beside_another(
    driver: Vocabulary,
    model: str,
    sizes: dict[str, int],
    parameters: list[dict[str, Array]],
    batches: list[list[Array]],
) -> dict[str, Any]:
    """What one model answers after another one was made and used."""
    one, other = (begun(driver, model, sizes, start) for start in parameters)
    (X, y), (X_other, y_other) = batches
    driver.evaluate(other, X_other, y_other, mode="train")
    return {"beside": driver.evaluate(one, X, y, mode="train"), "parameters": driver.parameters(one)}


def train_on_and_afresh(
    driver: Vocabulary,
    model: str,
    sizes: dict[str, int],
    parameters: dict[str, Array],
    optimizer: str,
    settings: dict[str, float],
    batches: list[list[Array]],
    afresh: bool,
) -> dict[str, Any]:
    """The weights after an update for each batch: of one model used throughout, and of a fresh one for each update.

    Both meet the same chance in each update: an order of rows that was drawn differently is no trace of earlier ones.
    """
    stepper = driver.optimizer(optimizer, settings)
    used, place = begun(driver, model, sizes, parameters), parameters

    def update(network: Any, number: int) -> None:
        X, y = batches[number]
        begin_chance(number)
        driver.evaluate(network, X.copy(), y.copy(), mode="train")
        driver.update(stepper, network)

    for number in range(len(batches)):
        update(used, number)
    for number in range(len(batches) if afresh else 0):  # after the other, which is then the same without this
        fresh = begun(driver, model, sizes, place)
        update(fresh, number)
        place = driver.parameters(fresh)
    told = {"used": driver.parameters(used)}
    return {**told, "fresh": place} if afresh else told


def losses_along(
    driver: Vocabulary,
    model: str,
    sizes: dict[str, int],
    parameters: dict[str, Array],
    X: Array,
    y: Array,
    directions: Mapping[str, list[Array]],
    steps: list[float],
    others: Sequence[list[Array]] = (),
) -> dict[str, Any]:
    """The hand-in's own loss at `parameters + step * direction`, for each block, direction and step.

    Fresh copies of the inputs are handed over every time, and evaluation happens in training mode, because that is
    the loss that the gradients belong to.

    Args:
        others: batches of which the loss at `parameters` is told too.
    """
    network = driver.build(model, sizes)

    def loss(moved: dict[str, Array], X: Array, y: Array) -> float:
        driver.assign(network, moved)
        return _number(driver.evaluate(network, X.copy(), y.copy(), mode="train", gradients=False)["loss"])

    def along(block: str, direction: Array) -> list[float]:
        return [loss({**parameters, block: parameters[block] + step * direction}, X, y) for step in steps]

    return {
        "along": {block: [along(block, direction) for direction in listed] for block, listed in directions.items()},
        "others": [loss(parameters, *other) for other in others],
    }


def probabilities_fresh(
    driver: Vocabulary, model: str, sizes: dict[str, int], parameters: dict[str, Array], X: Array
) -> Any:
    """The probabilities of a model that is built for this one batch."""
    return driver.probabilities(begun(driver, model, sizes, parameters), X)


def train(
    driver: Vocabulary,
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
    """Train a fresh model from `parameters` and tell, after each epoch, its predictions on inputs without labels.

    Args:
        order: (epochs, n) the order of the rows in each epoch.

    Returns:
        `loss` and `accuracy` as the hand-in reported them, averaged over the batches of each epoch (before each
        update, as the courses do), and `predictions`, (epochs, held-out rows), -1 where a row had no finite answer.
    """
    trained = driver.build(model, sizes)
    driver.assign(trained, parameters)
    step = driver.stepper(trained, driver.optimizer(optimizer, settings))
    told: dict[str, list[Any]] = {"loss": [], "accuracy": [], "predictions": []}
    for rows in order:
        reports = []
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            reports.append(step(X[batch], y[batch]))
        told["loss"].append(_mean([_number(report["loss"]) for report in reports]))
        told["accuracy"].append(_mean([_number(report.get("accuracy")) for report in reports]))
        told["predictions"].append(_predictions(driver.probabilities(trained, X_held_out.copy())))
    return {**told, "predictions": np.array(told["predictions"], dtype=np.int64)}


def _predictions(probabilities: Any) -> Array:
    scores = np.asarray(probabilities, dtype=np.float64)
    return np.where(np.isfinite(scores).all(axis=1), np.argmax(scores, axis=1), -1)


def _number(value: Any) -> float:
    if type(value) is float:
        return value
    array = np.asarray(value, dtype=np.float64)
    return float(array.reshape(())) if array.size == 1 else float("nan")


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
