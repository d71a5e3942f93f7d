"""A whole training for a write-up: losses on the way, and what the network says over the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.worker.calling import Array

from .twin import SHAPES, by_shape

_MOST_PLACES = 500  # at which a training run tells its losses
_MAP = 60  # cells of a map along each side


@dataclass(frozen=True)
class Descent:
    """A training run: a step that tells the loss before it, the loss on other rows, and predictions."""

    step: Callable[[Array, Array], float]
    loss: Callable[[Array, Array], float]
    predict: Callable[[Array], Array]
    notes: list[str] = field(default_factory=list)


def trained(descent: Descent, settings: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Descend on all rows at once, tell losses now and then, and what the network says over the plane."""
    X, X_test = data["X_train"], data["X_test"]
    y, y_test = _targets(str(settings["targets"]), data["y_train"], data["y_test"])
    epochs = int(settings["epochs"])
    places = list(range(0, epochs, max(1, epochs // _MOST_PLACES)))
    train: list[float] = []
    test: list[float] = []
    for epoch in range(epochs):
        if epoch == places[len(train) % len(places)]:
            test.append(descent.loss(X_test, y_test))
            train.append(descent.step(X, y))
        else:
            descent.step(X, y)
    x_1, x_2, cells = _rectangle(np.concatenate([X, X_test]))
    return {
        "epochs": epochs,
        "history": {"train loss": train, "test loss": test},
        "at": {"train loss": places, "test loss": places},
        "predictions": {n: (descent.predict(data[f"X_{n}"]) > 0.5).astype(np.int64) for n in ("train", "test")},
        "arrays": {"map": descent.predict(cells).reshape(len(x_2), len(x_1)), "x_1": x_1, "x_2": x_2},
        "numbers": {"floor": _floor(y)},
        "notes": descent.notes,
    }


def in_pytorch(twin: Any, start: Array, rate: float) -> Descent:
    """The hand-in's network in PyTorch, from the same weights, with the same loss and the same steps."""
    import torch

    network = twin.double()
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    has_layers = sorted(tuple(each.shape) for each in parameters) == sorted(SHAPES)
    with torch.no_grad():
        for parameter in parameters if has_layers else ():
            parameter.copy_(torch.as_tensor(by_shape(start)[tuple(parameter.shape)]))
    optimizer = torch.optim.SGD(parameters, lr=rate)

    def output(X: Array) -> Any:
        return network(torch.as_tensor(X, dtype=torch.float64)).reshape(-1)

    def predict(X: Array) -> Array:
        with torch.no_grad():
            return np.asarray(output(X).numpy())

    def step(X: Array, y: Array) -> float:
        loss = ((output(X) - torch.as_tensor(y, dtype=torch.float64)) ** 2).sum() / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.item())

    same = "from the weights of the network from scratch" if has_layers else "from weights of its own"
    note = f"Your network in PyTorch was trained {same}, on all rows at once, with ½ Σ (y − ŷ)² as its loss."
    return Descent(step, lambda X, y: float(((predict(X) - y) ** 2).sum() / 2), predict, [note])


def _targets(form: str, y: Array, y_test: Array) -> tuple[Array, Array]:
    """The classes as targets: as they are, or standardised by those of the training rows."""
    if form != "standardised":
        return y.astype(np.float64), y_test.astype(np.float64)
    return (y - y.mean()) / y.std(), (y_test - y.mean()) / y.std()


def _floor(y: Array) -> float:
    """The smallest loss that outputs between 0 and 1 can reach."""
    return 0.5 * float(np.sum((y - np.clip(y, 0, 1)) ** 2))


def _rectangle(X: Array) -> tuple[Array, Array, Array]:
    """The axes of a map that holds all points, and its cells (cells, 2), row by row."""
    x_1, x_2 = (np.linspace(column.min() - 0.2, column.max() + 0.2, _MAP) for column in X.T)
    grid_1, grid_2 = np.meshgrid(x_1, x_2)
    return x_1, x_2, np.column_stack([grid_1.reshape(-1), grid_2.reshape(-1)])
