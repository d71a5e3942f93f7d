"""Parameters and gradients by name, in the form of a hand-in and in the canonical one."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, numbers
from grader.worker.handin import Unusable, spelled
from grader.worker.histories import entries

from .names import CLASSES, HIDDEN, INPUTS, NAMES
from .nouns import Container


@dataclass(frozen=True)
class Slot:
    """Where and how a hand-in keeps one parameter in its dictionary, list or tuple of them."""

    key: Any
    transposed: bool = False
    shape: str = "row"  # of a bias: "row" (1, n), "column" (n, 1) or "flat" (n,)

    def own(self, value: Array) -> Array:
        """A canonical value in the hand-in's form."""
        if value.ndim == 2:
            return np.array(value.T if self.transposed else value, order="C")
        return value.reshape({"row": (1, -1), "column": (-1, 1), "flat": (-1,)}[self.shape]).copy()

    def canonical(self, kept: Array, shape: tuple[int, ...]) -> Array:
        """What is kept, in the canonical form; as it is, where its form does not fit."""
        if len(shape) == 2:
            return kept.T.copy() if self.transposed and kept.ndim == 2 else kept
        fits = kept.shape in {(1, *shape), shape, (*shape, 1) if self.shape == "column" else shape}
        return kept.reshape(-1) if fits else kept


def shapes_of(sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """The shapes of the canonical parameters."""
    D, H, C = sizes["inputs"], sizes["hidden"], sizes["classes"]
    return {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}


def size_offers(sizes: Mapping[str, int]) -> list[Offer]:
    """The sizes of a network, for a function that asks for some of them."""
    return [
        Offer(sizes["inputs"], INPUTS, "input_dim"),
        Offer(sizes["hidden"], HIDDEN, "hidden_size"),
        Offer(sizes["classes"], CLASSES, "output_size"),
    ]


def name_in(key: Any) -> str:
    """The canonical name that a key such as "d_w1" or "b_2" stands for, or nothing."""
    found = re.fullmatch(
        r"(?:d|grad(?:ient)?s?|delta)?(w|b)(?:eights?|ias(?:es)?)?([12])(?:grad(?:ient)?)?", spelled(str(key))
    )
    return f"{'W' if found[1] == 'w' else 'b'}{found[2]}" if found else ""


def slots_of(initial: Container) -> dict[str, Slot] | None:
    """How 13 inputs, 8 units and 5 classes are kept: by names, or in order in a list."""
    kept = entries(initial)
    named = {name_in(key): key for key in kept if name_in(key)}
    shapes = shapes_of({"inputs": 13, "hidden": 8, "classes": 5})
    if is_list(initial) and not named:
        named = dict(zip(order_by_size(initial, shapes) or NAMES, kept, strict=True))
    keys = [named.get(name) for name in NAMES]
    if len(keys) != len(NAMES) or None in keys:
        return None
    slots: dict[str, Slot] = {}
    for name, shape, key in zip(NAMES, shapes.values(), keys, strict=True):
        found = np.shape(kept[key])
        forms = {(1, *shape): "row", shape: "flat", (*shape, 1): "column"} if len(shape) == 1 else {}
        slots[name] = Slot(key, transposed=len(shape) == 2 and found == shape[::-1], shape=forms.get(found, "row"))
    return slots


def filled(initial: Container, values: Mapping[Any, Array]) -> Container:
    """A container in the form of the hand-in's initial one, with these values."""
    if initial is None or isinstance(initial, Mapping):
        return dict(values)
    if hasattr(initial, "_replace"):  # a named tuple
        return initial._replace(**values)
    if isinstance(initial, (list, tuple)):
        return type(initial)(values[place] for place in range(len(initial)))
    made = copy.copy(initial)
    for name, value in values.items():
        object.__setattr__(made, name, value)
    return made


def by_parameter(container: Container, slots: Mapping[str, Slot]) -> dict[str, Any]:
    """The four parameters by their canonical names, also where they are kept in another form than the initial ones."""
    kept = entries(container)
    if all(slot.key in kept for slot in slots.values()):
        return {name: kept[slot.key] for name, slot in slots.items()}
    named = {name_in(key): value for key, value in kept.items()}
    return {name: named[name] for name in slots} if not is_list(container) or "W1" in named else _in_order(kept)


def _in_order(kept: Mapping[Any, Any]) -> dict[str, Any]:
    return dict(zip(NAMES, kept.values(), strict=True))


def order_by_size(listed: Sequence[Any], shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """The names of four arrays in a list by how many numbers each of them holds; nothing where that does not tell."""
    sizes = {math.prod(shape): name for name, shape in shapes.items()}
    names = tuple(sizes.get(np.size(each), "") for each in listed)
    return names if sorted(names) == sorted(NAMES) else ()


def is_list(value: Any) -> bool:
    """Whether a value is a list of as many things as there are parameters."""
    return isinstance(value, (list, tuple)) and len(value) == len(NAMES)


def by_name(found: Any, order: Sequence[str]) -> dict[str, Any]:
    """Gradients by their canonical names, from a dictionary or from a list in this order."""
    named = {name: value for key, value in entries(found).items() if (name := name_in(key))}
    if named or isinstance(found, Mapping):
        return named
    if is_list(found):
        return dict(zip(order, found, strict=True))
    raise Unusable(
        "cost_grad did not return its gradients as a dictionary.", "Compare its return statement with the text."
    )


def cost_and_gradients(result: Any) -> tuple[Any, Any]:
    """What cost_grad returned, in two: the cost, and all gradients."""
    if result is None:
        raise Unusable("cost_grad returned None.", "Is a return statement missing?")
    if not isinstance(result, (tuple, list)) or len(result) < 2:
        raise Unusable("cost_grad returned one value; the cost and the gradients were expected.")
    if len(result) == 1 + len(NAMES):
        return result[0], list(result[1:])
    return result[0], result[1]


def as_array(value: Any, name: str) -> Array:
    """A value as an array, which is called so where it is none."""
    return numbers(value, name)


def moved_by(place: Mapping[str, Array], gradients: Mapping[str, Array], lr: float) -> dict[str, Array]:
    """The parameters after one step against the gradients."""
    return {name: value - lr * gradients[name] for name, value in place.items()}


def sum_of(one: Mapping[str, Array], other: Mapping[str, Array]) -> dict[str, Array]:
    """The sum of two sets of arrays by name; what the second lacks counts as zero."""
    return {name: value + other[name] if name in other else value for name, value in one.items()}


def is_close(end: Array, expected: Array, start: Array) -> bool:
    """Whether an array moved, and went where it was expected to go, relative to the way."""
    way = float(np.abs(expected - start).max(initial=0.0))
    return way > 0 and end.shape == expected.shape and bool(np.abs(end - expected).max() <= 1e-4 * way)


def distance_of(one: Mapping[str, Array], other: Mapping[str, Array]) -> float:
    """The largest difference of two sets of parameters; infinite where their shapes differ."""
    if any(one[name].shape != other[name].shape for name in NAMES):
        return float("inf")
    return max(float(np.abs(one[name] - other[name]).max(initial=0.0)) for name in NAMES)


def some_batch(sizes: Mapping[str, int]) -> tuple[Array, Array]:
    """Rows and labels in which every class comes twice, always the same."""
    rng, rows = np.random.RandomState(5), 2 * sizes["classes"]
    return rng.standard_normal((rows, sizes["inputs"])), np.arange(rows, dtype=np.int64) % sizes["classes"]


def some_parameters(sizes: Mapping[str, int]) -> dict[str, Array]:
    """Parameters of which none is zero, always the same."""
    rng = np.random.RandomState(7)
    return {name: np.asarray(rng.standard_normal(shape)) for name, shape in shapes_of(sizes).items()}
