"""A class that keeps the 29 weights in its objects, used as the functions of the course."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, takes
from grader.worker.handin import Missing, OutOfSight, spelled
from grader.worker.histories import entries, named_series
from grader.worker.holding import Path, get, leaves, namespace, parameter_leaves, put
from grader.worker.layouts import Layout, find_layout, read_parameters, write_parameters
from grader.worker.methods import find_method
from grader.worker.naming import EPOCHS, RATE

from .names import (
    ACTIVATIONS,
    BACKWARD,
    DEVIATION,
    FINENESS,
    FORWARD,
    HELD_INPUTS,
    HELD_TARGETS,
    HIDDEN,
    INPUTS,
    KEYS,
    MEAN,
    OF_CLASS,
    PARTS,
    PREDICTION,
    ROWS,
    TARGETS,
    UPDATE,
    VECTOR,
    WEIGHTS,
)
from .rates import keep_rate, rate_beside
from .reading import array_of, blocks, offered_points, sorted_out


class NetworkClass:
    """A class that keeps the 29 weights in its objects, used as the functions of the course."""

    def __init__(self, kind: type, call_: Callable[[Callable[..., Any], Sequence[Offer]], Any]) -> None:
        self._kind = kind
        self._call = call_
        self._layers: Layout | None = None

    def functions(self) -> dict[str, Callable[..., Any]]:
        """The course's functions by the names of their parts; each works on an object of its own."""
        offered = (self.forward, self.backward, self.loss, self.train, self.standardise, self.split, self.plane)
        return dict(zip(OF_CLASS, offered, strict=True))

    def forward(self, x: Array, w: Array) -> tuple[Any, Any]:
        """Hidden activations and prediction, returned or left in the object."""
        network = self.made(w)
        return self._passed(network, x, w)

    def backward(self, x: Array, y: Array, w: Array, eta: float) -> Any:
        """The weights after a step: those of the object where it moved, else what came back."""
        network = self.made(w, eta)
        hidden, prediction = self._passed(network, x, w)
        offers = [*self._data(network, BACKWARD, x, y, w), Offer(prediction, PREDICTION), Offer(hidden, ACTIVATIONS)]
        offers += [Offer(eta, RATE), Offer(y.size, ROWS)]
        before = self.weights(network)
        with rate_beside(self._method(network, BACKWARD), eta):
            returned = self._run(network, BACKWARD, offers)
        update = find_method(network, UPDATE)
        if np.array_equal(before, self.weights(network)) and update is not None:
            with rate_beside(update, eta):
                self._call(update, [Offer(returned, r"d?w|.*grad.*|dws?|deltas?"), Offer(eta, RATE)])
        after = self.weights(network)
        return returned if np.array_equal(before, after) and returned is not None else after

    def loss(self, y: Array, y_pred: Any) -> Any:
        """The loss of these predictions, which some networks take from their last forward pass."""
        network, rows = self.made(np.zeros(WEIGHTS)), np.size(y)
        if takes(self._method(network, "loss"), INPUTS) and not takes(self._method(network, "loss"), PREDICTION):
            return self._loss_at_points(y, y_pred)
        if not takes(self._method(network, "loss"), PREDICTION):
            _, told = self._passed(network, np.zeros((rows, 2)), np.zeros(WEIGHTS))
            for name, value in namespace(network).items():
                if array_of(value) is not None and np.shape(value) == np.shape(told) and np.array_equal(value, told):
                    setattr(network, name, np.reshape(y_pred, np.shape(told)))
        return self._run(network, "loss", [Offer(y, TARGETS), Offer(y_pred, PREDICTION), Offer(rows, ROWS)])

    def _loss_at_points(self, y: Array, y_pred: Any) -> Any:
        """The same of a method that makes its own predictions, at points of which the network believes just these."""
        w, x, wanted = *_believing(np.reshape(y_pred, -1)), np.reshape(y_pred, -1)
        network = self.made(w)
        told = np.reshape(self._passed(network, x, w)[1], -1)
        targets = np.reshape(np.reshape(y, -1) + told - wanted, np.shape(y))
        return self._run(network, "loss", [Offer(x, INPUTS), Offer(targets, TARGETS), Offer(len(x), ROWS)])

    def train(self, x: Array, y: Array, w: Array, eta: float, epochs: int) -> Any:
        """The weights after so many epochs, and the losses that were returned or kept."""
        network = self.made(w, eta, epochs)
        offers = [*self._data(network, "train", x, y, w), Offer(eta, RATE), Offer(epochs, EPOCHS)]
        offers += [Offer(x.copy(), HELD_INPUTS), Offer(y.copy(), HELD_TARGETS), Offer(len(y), ROWS)]
        returned = self._run(network, "train", offers)
        return self.weights(network), one_per_epoch(epochs, returned, namespace(network))

    def standardise(self, x: Array) -> Any:
        """What a method makes of the inputs."""
        return self._run(self.made(np.zeros(WEIGHTS)), "standardise", [Offer(x, INPUTS)])

    def split(self, x: Array, y: Array) -> Any:
        """The parts into which a method cuts the data."""
        return self._run(self.made(np.zeros(WEIGHTS)), "split", [Offer(x, INPUTS), Offer(y, TARGETS)])

    def plane(self, w: Array, x: Array, mean: Array, deviation: Array, steps: int) -> Any:
        """A method's map; the network has standardised its inputs before, so that it can know by what."""
        network = self.made(w)
        if find_method(network, PARTS["standardise"].names):
            self._run(network, "standardise", [Offer(x.copy(), INPUTS)])
        offers = [Offer(x, INPUTS), Offer(mean, MEAN), Offer(deviation, DEVIATION), Offer(steps, FINENESS)]
        return self._run(network, "plane", offers)

    def made(self, w: Array, eta: float = 1.0, epochs: int = 1) -> Any:
        """An object of the class with these weights and this learning rate."""
        offers = [Offer(np.array(w), VECTOR), Offer(eta, RATE), Offer(epochs, EPOCHS)]
        offers += [Offer(2, r".*in.*"), Offer(HIDDEN, r".*hid.*"), Offer(1, r".*out.*"), Offer(0, r".*seed.*")]
        network = self._call(self._kind, offers)
        keep_rate(network, eta)
        self._keep(network, w)
        return network

    def _keep(self, network: Any, w: Array) -> None:
        """Give a network these weights: in one vector, in 29 numbers by their names, or in arrays for each layer."""
        path = _path_of_vector(network)
        if path:
            put(network, path, np.array(w).reshape(np.shape(get(network, path))))
        elif holder := _holder_of_numbers(network):
            for name, value in zip(KEYS, w.tolist(), strict=True):
                put(holder, (("item" if isinstance(holder, dict) else "attribute", name),), value)
        elif not takes(self._method(network, FORWARD), VECTOR):
            write_parameters(network, self._layout(network), _by_layer(w))

    def weights(self, network: Any) -> Array:
        path = _path_of_vector(network)
        if path:
            return np.array(get(network, path), dtype=np.float64).reshape(-1)
        if holder := _holder_of_numbers(network):
            return np.array([float(np.ravel(entries(holder)[name])[0]) for name in KEYS])
        if takes(self._method(network, FORWARD), VECTOR):
            return np.zeros(WEIGHTS)
        return _in_one(read_parameters(network, self._layout(network)))

    def _layout(self, network: Any) -> Layout:
        """Where the network keeps its layers, found before a pass leaves arrays in it that look like biases."""
        layout = self._layers = self._layers or find_layout(network, _LAYERS)
        if any(place.bias_row is not None for place in layout.places.values()):
            raise OutOfSight("The network keeps its biases inside of its matrices, so a person has to look.")
        return layout

    def _passed(self, network: Any, x: Array, w: Array) -> tuple[Any, Any]:
        rows = int(np.size(x)) // 2
        method = self._method(network, FORWARD)
        returned = self._call(method, [*offered_points(method, x, x), Offer(w, VECTOR), Offer(rows, ROWS)])
        left = [value for path, value in leaves(network).items() if re.fullmatch(ACTIVATIONS, _last_name(path))]
        hidden, prediction = sorted_out(returned, rows)
        return (hidden if hidden is not None else sorted_out([*left, prediction], rows)[0]), prediction

    def _data(self, network: Any, part: str, x: Array, y: Array, w: Array) -> list[Offer]:
        return [*offered_points(self._method(network, part), x, x), Offer(y, TARGETS), Offer(w, VECTOR)]

    def _run(self, network: Any, part: str, offers: Sequence[Offer]) -> Any:
        return self._call(self._method(network, part), offers)

    def _method(self, network: Any, part: str) -> Callable[..., Any]:
        method = find_method(network, PARTS[part].names)
        if method is None:
            raise Missing(f"{self._kind.__name__} has no method {PARTS[part].names[0]}.")
        return method


def one_per_epoch(epochs: int, *held: Any) -> Array | None:
    """The first series in some records that has a number for each epoch."""
    found = (np.ravel(series) for each in held for _, series in named_series(each))
    return next((series for series in found if len(series) in (epochs, epochs + 1)), None)


def _last_name(path: Path) -> str:
    """The innermost name on the way to an array, as it sounds."""
    return next((spelled(key) for _, key in reversed(path) if isinstance(key, str)), "")


_LAYERS = {"W1": (2, HIDDEN), "b1": (HIDDEN,), "W2": (HIDDEN, 1), "b2": (1,)}


def _believing(predictions: Array) -> tuple[Array, Array]:
    """Weights, and points of which they predict these numbers: one hidden unit hands the first input on."""
    w, x = np.zeros(WEIGHTS), np.zeros((len(predictions), 2))
    w[[7, 21, 22]] = 1.0, -10.0, 20.0
    x[:, 0] = _logit((_logit(np.clip(predictions, 1e-4, 1 - 1e-4)) + 10) / 20)
    return w, x


def _logit(p: Array) -> Array:
    told: Array = np.log(p) - np.log1p(-p)
    return told


def _by_layer(w: Array) -> dict[str, Array]:
    """The 29 weights as matrices and biases."""
    bias, x_1, x_2, output_bias, output = blocks(w).values()
    return {"W1": np.stack([x_1, x_2]), "b1": bias, "W2": output.reshape(-1, 1), "b2": output_bias}


def _in_one(layers: Mapping[str, Array]) -> Array:
    parts = (layers["b1"], layers["W1"], layers["b2"], layers["W2"])
    return np.concatenate([np.ravel(part) for part in parts])


def _path_of_vector(network: Any) -> Path | None:
    """Where a network keeps its 29 weights in one array."""
    fitting = [path for path, array in parameter_leaves(network).items() if np.size(array) == WEIGHTS]
    return min(fitting, key=len, default=None)


def _holder_of_numbers(network: Any) -> Any:
    """What holds 29 numbers by the names w1 to w29: the network itself or a dictionary in it."""
    holders = [network, *(value for value in namespace(network).values() if isinstance(value, dict))]
    return next((each for each in holders if all(key in entries(each) for key in KEYS)), None)
