"""The same network in PyTorch: which of the hand-in's it is, and what known weights make of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.worker.calling import Array, parameters_of
from grader.worker.handin import Definition, HandIn, Missing

from .reading import blocks

SHAPES: tuple[tuple[int, ...], ...] = (
    (7, 2),
    (7,),
    (1, 7),
    (1,),
)  # the shapes of torch's own parameters of its two layers


def told_of_twin(twin: Any, X: Array) -> dict[str, Any]:
    """How many weights the hand-in's network in PyTorch has, and whether known ones give what they should."""
    import torch

    with torch.no_grad():
        network = twin.double()
        parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
        told: dict[str, Any] = {"weights": float(sum(parameter.numel() for parameter in parameters))}
        if sorted(tuple(parameter.shape) for parameter in parameters) != sorted(SHAPES):
            return told | {"the layers go": "otherwise", "the output is": "not looked at"}
        known: dict[tuple[int, ...], Array] = {
            shape: np.cos(np.arange(np.prod(shape)) + len(shape)).reshape(shape) for shape in SHAPES
        }
        for parameter in parameters:
            parameter.copy_(torch.as_tensor(known[tuple(parameter.shape)]))
        output = np.asarray(network(torch.as_tensor(X, dtype=torch.float64)).numpy()).reshape(-1)
    return told | {
        "the layers go": "from 2 to 7 and from 7 to 1",
        "the output is": _output_of_twin(output, X, known),
    }


def find_twin(handin: HandIn) -> Any:
    """A fresh network of the hand-in: of its class or its function, or else the one that it made itself."""
    import torch

    for source in handin.sources.values():
        if not any(item.name.partition(".")[0] == "torch" for item in source.imports):
            continue
        held = vars(handin.module(source.path))
        for definition in source.definitions:
            made = _made(held.get(definition.name), definition, torch.nn.Module)
            if made is not None:
                return made
        for value in held.values():
            if isinstance(value, torch.nn.Module):
                return value
    raise Missing("No network in PyTorch was found.", "Is it a class, or what a function without arguments returns?")


def by_shape(w: Array) -> dict[tuple[int, ...], Array]:
    """The 29 weights as the parameters of its layers, by their shapes."""
    bias, x_1, x_2, output_bias, output = blocks(w).values()
    parameters = (np.stack([x_1, x_2], axis=1), bias, output[None, :], output_bias)
    return {parameter.shape: parameter for parameter in parameters}


def _made(value: Any, definition: Definition, module: type) -> Any:
    """A network that this class or function makes without being told anything, or None."""
    is_class = isinstance(value, type) and issubclass(value, module)
    if not is_class and (definition.kind == "class" or any(p.default is p.empty for p in parameters_of(value) or ())):
        return None
    try:
        made = value()
    except Exception:  # another one may do
        return None
    return made if isinstance(made, module) else None


def _output_of_twin(output: Array, X: Array, known: Mapping[tuple[int, ...], Array]) -> str:
    """Whether the output is the sum over the hidden sigmoids, with or without a sigmoid of its own."""
    hidden = 1 / (1 + np.exp(-(X @ known[7, 2].T + known[7,])))
    linear = hidden @ known[1, 7][0] + known[1,][0]
    fits = any(output.shape == y.shape and np.allclose(output, y) for y in (linear, 1 / (1 + np.exp(-linear))))
    return "as the weights say" if fits else "otherwise"
