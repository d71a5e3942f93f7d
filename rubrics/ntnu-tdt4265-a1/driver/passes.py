"""Stand-ins for the passes of one model, while something else of the hand-in is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array, numbers, parameters_of
from grader.worker.handin import Unusable, spelled
from grader.worker.holding import namespace, set_attribute
from grader.worker.methods import find_method

from .held import Model, method_of, name_of, outputs_of
from .names import BACKWARD, FORWARD, GRADIENTS, IMAGES, OUTPUTS, TARGETS, WEIGHTS

_ROLES = {"rows": IMAGES, "outputs": OUTPUTS, "targets": TARGETS}


@contextmanager
def replaced(network: Any, names: Sequence[str], function: Callable[..., Any]) -> Iterator[None]:
    """While it lasts, one object's method is another."""
    method = find_method(network, names)
    name = getattr(method, "__name__", names[0])
    name = name if hasattr(network, name) else names[0]
    holder, put = network, function
    if not hasattr(network, "__dict__") or name.startswith("__"):  # only its class can take such a method
        holder, put = type(network), staticmethod(function)
    had = namespace(holder).get(name)
    setattr(holder, name, put)
    try:
        yield
    finally:
        if had is None:
            delattr(holder, name)
        else:
            setattr(holder, name, had)


@contextmanager
def giving(model: Model, gradient: Array, rows: Array, targets: Array) -> Iterator[None]:
    """While it lasts, the model's passes are given, whatever the hand-in's own do; they have to get the batch."""
    network = model.network
    outputs = np.random.RandomState(9).uniform(0.1, 0.9, (len(rows), outputs_of(model.kind, model.sizes)))
    outputs = outputs if model.kind == "binary" else outputs / outputs.sum(axis=1, keepdims=True)
    order = _order_of(find_method(network, BACKWARD))

    def forward(X: Array, *_: Any) -> Any:
        if len(X) != len(rows):  # an earlier year's loop validates in between
            return np.full((len(X), outputs.shape[1]), 0.5)
        _require(X, rows, "forward", "the images of its batch")
        return outputs.copy()

    def backward(*args: Any, **named: Any) -> Array:
        given = dict(zip(order, args, strict=False))
        given |= {name: value for key, value in named.items() if (name := _meant(key))}
        _require(given.get("rows"), rows, "backward", "the images of its batch")
        _require(given.get("outputs"), outputs, "backward", "the outputs of forward")
        _require(given.get("targets"), targets, "backward", "the labels of its batch")
        set_attribute(network, name_of(network, GRADIENTS), gradient.copy())
        return gradient.copy()

    with replaced(network, FORWARD, forward), replaced(network, BACKWARD, backward):
        yield


@contextmanager
def recording(model: Model, seen: list[list[Array]]) -> Iterator[None]:
    """While it lasts, the batches that reach a model's backward pass are kept, and it learns nothing."""
    network = model.network
    order = _order_of(find_method(network, BACKWARD))
    still = np.zeros_like(getattr(network, name_of(network, WEIGHTS)))

    def forward(X: Array, *_: Any) -> Array:
        return np.full((len(X), outputs_of(model.kind, model.sizes)), 0.5)

    def backward(*args: Any, **named: Any) -> Array:
        given = dict(zip(order, args, strict=False)) | {_meant(name): value for name, value in named.items()}
        rows, targets = (numbers(given.get(role), "What backward is given") for role in ("rows", "targets"))
        seen.append([rows.copy(), targets.reshape(len(targets), -1)[:, 0].copy()])
        set_attribute(network, name_of(network, GRADIENTS), still.copy())
        return np.asarray(still.copy())

    with replaced(network, FORWARD, forward), replaced(network, BACKWARD, backward):
        yield


@contextmanager
def after_one_step(network: Any) -> Iterator[None]:
    """When it is over, a model has the weights that it had when its second backward pass began."""
    name, own = name_of(network, WEIGHTS), method_of(network, BACKWARD)
    seen: list[Array] = []

    def backward(*args: Any, **kwargs: Any) -> Any:
        seen.append(np.array(getattr(network, name)))
        return own(*args, **kwargs)

    with replaced(network, BACKWARD, backward):
        yield
    if len(seen) > 1:
        set_attribute(network, name, seen[1])


def _order_of(backward: Any) -> list[str]:
    """In which order a backward pass takes rows, outputs and targets: by its names, or else as the text has it."""
    order = [_meant(each.name) for each in (parameters_of(backward) if backward else None) or ()]
    return order if sorted(order) == sorted(_ROLES) else list(_ROLES)


def _meant(name: str) -> str:
    """What a parameter of a backward pass stands for, or nothing."""
    return next((role for role, pattern in _ROLES.items() if re.fullmatch(pattern, spelled(name))), "")


def _require(given: Any, wanted: Array, what: str, meant: str) -> None:
    """Raise unless a step of training handed on what it should."""
    with suppress(TypeError, ValueError):
        if np.size(given) == wanted.size and np.array_equal(np.ravel(given), wanted.ravel()):
            return
    raise Unusable(f"train_step does not give {meant} to {what}.", "What does the step get, and what does it hand on?")
