"""Which of the arrays that an object holds is which parameter, in which form, and reading and writing them so.

    layout = find_layout(network, {"W1": (13, 8), "b1": (8,), "W2": (8, 5), "b2": (5,)})
    write_parameters(network, layout, {"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    dW1 = read_gradients(network, layout)["W1"]

A canonical parameter is called W or b and the number of its layer from 1: W is (inputs, outputs), b is (outputs,). The
hand-in may keep it transposed, as a row or a column, or a bias as the first or last row of its layer's matrix. The
filters of a convolution are an array of four axes, in whatever order.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import prod
from sys import getrefcount
from typing import Any, NamedTuple

import numpy as np

from grader.worker.calling import Array, numbers
from grader.worker.handin import Missing, Unusable
from grader.worker.holding import (
    Path,
    get,
    gradient_leaves,
    is_bias,
    last,
    layer_of,
    leaves,
    namespace,
    parameter_leaves,
    put,
    shown,
)

__all__ = [
    "Layout",
    "Place",
    "Shapes",
    "bias_of",
    "canonical_gradients",
    "confusable",
    "find_bias_row",
    "find_layout",
    "gradient_paths",
    "own_form",
    "parallel_slots",
    "read_gradients",
    "read_parameters",
    "returned_arrays",
    "weight_of",
    "write_gradients",
    "write_parameters",
]

Shapes = Mapping[str, tuple[int, ...]]

_MOST_CHOICES = 2500  # combinations of places that are weighed
_GRADIENT_HOLDERS = ("gradients", "grads", "gradient", "grad", "_gradients")


class Place(NamedTuple):  # a dataclass would cost each worker's start half a millisecond
    """Where a hand-in keeps one canonical parameter."""

    path: Path
    transposed: bool = False
    bias_row: int | None = None  # 0 or -1 in a matrix that holds its biases in its first or last row
    is_bias: bool = False
    axes: tuple[int, ...] = ()  # of filters: which canonical axis each of the hand-in's is, where the order is another

    def read(self, kept: Array) -> Array:
        """The canonical part of what is kept there; as it is, where it does not have the expected form."""
        if self.axes:
            return kept.transpose(np.argsort(self.axes)) if kept.ndim == len(self.axes) else kept
        matrix = kept.T if self.transposed else kept
        if self.is_bias:
            row = matrix if self.bias_row is None else matrix[self.bias_row]
            return row.reshape(-1) if row.ndim == 2 and 1 in row.shape else row
        if self.bias_row is None:
            return matrix
        return matrix[1:] if self.bias_row == 0 else matrix[:-1]


class Layout(NamedTuple):
    """Where a hand-in keeps its parameters, and which shapes they have in canonical form."""

    shapes: Shapes
    places: Mapping[str, Place]

    def shape(self, name: str) -> tuple[int, ...]:
        """The canonical shape, also of a bias that was found in a matrix and that nobody asked for."""
        return self.shapes[name] if name in self.shapes else self.shapes[weight_of(name)][-1:]


def weight_of(name: str) -> str:
    """The canonical name of the matrix of a bias's layer."""
    return name.replace("b", "W")


def bias_of(name: str) -> str:
    """The canonical name of the bias of a matrix's layer."""
    return name.replace("W", "b")


def confusable(sizes: Iterable[int]) -> bool:
    """Whether an array of one of these sizes, or one more for a row of biases, could be taken for another."""
    listed = list(sizes)
    return len({*listed, *(size + 1 for size in listed)}) < 2 * len(listed)


# finding parameters


def find_layout(holder: Any, shapes: Shapes) -> Layout:
    """The likeliest place of each parameter; `Missing` or `Unusable` where an object has no array for a matrix.

    A bias row is said to be the last one; whether it is the first, only an experiment can tell.
    """
    if odd := [each for each in shapes if not re.fullmatch(r"[Wb]\d+", each)]:
        raise ValueError(
            f"find_layout knows a parameter by W or b and the number of its layer, such as W1, not by {odd[0]!r}; "
            "use such names in the rubric's models too"
        )
    name, held = type(holder).__name__, parameter_leaves(holder)
    if all(array.ndim == 0 for array in held.values()):  # numbers alone may be waiting for weights
        raise Missing(f"{name} has no weights once it is built.", "Are they kept in `self.weights`?")
    places = _match(held, shapes)
    for wanted in shapes:
        if wanted not in places and wanted.startswith("W"):
            raise Unusable(_misfit(name, wanted, held, shapes))
    return Layout(shapes, places)


def _match(held: Mapping[Path, Array], shapes: Shapes) -> dict[str, Place]:
    """The likeliest place of each parameter; no array serves for two, but a matrix may hold its bias."""
    most = next((count for count in range(6, 1, -1) if (count + 1) ** len(shapes) <= _MOST_CHOICES), 1)
    options = {name: sorted(_options(name, shapes, held), key=lambda option: option[0])[:most] for name in shapes}
    best: tuple[float, dict[str, Place]] = (float("inf"), {})
    for choice in itertools.product(*([*listed, (50.0, None)] for listed in options.values())):
        places = {name: place for name, (_, place) in zip(options, choice, strict=True) if place is not None}
        joined = {bias_of(name) for name, place in places.items() if place.bias_row is not None}
        paths = [place.path for place in places.values()]
        if len(set(paths)) < len(paths) or joined & set(places):
            continue
        cost = sum(cost for name, (cost, _) in zip(options, choice, strict=True) if name not in joined)
        turned = {place.transposed for name, place in places.items() if name.startswith("W")}
        cost += 0.5 * (len(turned) - 1)
        if cost < best[0]:
            best = (cost, places)
    return best[1]


def _options(name: str, shapes: Shapes, held: Mapping[Path, Array]) -> Iterator[tuple[float, Place]]:
    """Where a parameter may be, each place with how unlikely it is."""
    for path, array in held.items():
        odd = _oddness(name, path, _layers(shapes))
        if name.startswith("b"):
            yield from _bias_options(odd, path, array, shapes[name][0])
        elif len(shapes[name]) != 2:
            yield from _filter_options(odd, path, array.shape, shapes[name])
        elif array.ndim == 2:
            yield from _matrix_options(odd, path, array.shape, *shapes[name])
        elif array.ndim == 1 and shapes[name] == (array.size, 1):
            yield odd + 0.2, Place(path)  # a matrix of one column may be a vector


def _bias_options(odd: float, path: Path, array: Array, size: int) -> Iterator[tuple[float, Place]]:
    line = array.ndim <= 1 or (array.ndim == 2 and 1 in array.shape)
    if line and array.size == size:
        yield odd, Place(path, is_bias=True)
    elif odd == 0:
        yield 10.0, Place(path, is_bias=True)  # a bias of a wrong shape is still the bias


def _matrix_options(
    odd: float, path: Path, shape: tuple[int, ...], rows: int, columns: int
) -> Iterator[tuple[float, Place]]:
    if shape in ((rows + 1, columns), (columns, rows + 1)):
        yield odd + 1.0, Place(path, shape != (rows + 1, columns), -1)
    elif shape == (rows, columns):
        yield odd, Place(path)
    elif shape == (columns, rows):
        yield odd + 0.4, Place(path, transposed=True)


def _filter_options(
    odd: float, path: Path, shape: tuple[int, ...], wanted: tuple[int, ...]
) -> Iterator[tuple[float, Place]]:
    """Axes of one length, such as the height and the width of a filter, stay in their order."""
    if shape == wanted:
        yield odd, Place(path)
    elif sorted(shape) == sorted(wanted):
        orders = itertools.permutations(range(len(wanted)))
        yield odd + 0.4, Place(path, axes=next(o for o in orders if shape == tuple(wanted[axis] for axis in o)))


@lru_cache(maxsize=4096)
def _oddness(name: str, path: Path, layers: int, from_zero: bool = False) -> float:
    """How unlikely a name is for a canonical parameter; 0: it says just that."""
    layer = layer_of(path, layers)
    layer = layer + 1 if from_zero and layer is not None else layer
    wanted = int(name[1:])
    wrong_kind = is_bias(path) != name.startswith("b")
    wrong_layer = layer is not None and layer != wanted
    scratch = bool(re.search(r"cache|velocity|moment|best|init|last|prev|old|mask|^x|^y", shown(path).lower()))
    return 2.0 * wrong_kind + 3.0 * wrong_layer + 1.0 * (layer is None and wanted > 1) + 1.5 * scratch


def _layers(names: Iterable[str]) -> int:
    return max(int(name[1:]) for name in names)


def _misfit(kind: str, wanted: str, held: Mapping[Path, Array], shapes: Shapes) -> str:
    likely = min(held, key=lambda path: _oddness(wanted, path, _layers(shapes)))
    return f"{kind}: {shown(likely)} has the shape {held[likely].shape}; for {wanted}, {shapes[wanted]} was expected."


def find_bias_row(holder: Any, place: Place, loss: Callable[[], Any]) -> int:
    """Whether a matrix holds its biases in its first row or its last (0 or -1), found out by changing it.

    Args:
        loss: of inputs of zero, for which no other row of the matrix matters.
    """
    shape = numbers(get(holder, place.path), "A matrix of weights").shape
    losses = []
    for row in (None, 0, -1):
        kept = np.zeros(shape)
        if row is not None:
            (kept.T if place.transposed else kept)[row, 0] = 1.0
        put(holder, place.path, kept)
        losses.append(float(np.mean(loss())))
    return 0 if abs(losses[1] - losses[0]) > abs(losses[2] - losses[0]) else -1


# reading and writing parameters


def read_parameters(holder: Any, layout: Layout) -> dict[str, Array]:
    """Copies of the parameters by their canonical names."""
    return {name: _read_parameter(holder, layout, name, place) for name, place in layout.places.items()}


def _read_parameter(holder: Any, layout: Layout, name: str, place: Place) -> Array:
    read = place.read(numbers(get(holder, place.path), name)).copy()
    wanted = layout.shape(name)
    return read.reshape(wanted) if read.shape in ((), wanted[:1]) and read.size == prod(wanted) else read


def write_parameters(holder: Any, layout: Layout, values: Mapping[str, Array]) -> None:
    """Set parameters, in the hand-in's own layout and, where it computes in float32, in its dtype."""
    for name in values:
        if name not in layout.places:
            raise Missing(f"{type(holder).__name__} has no {name}.", "Are all parameters kept in `self.weights`?")
    _write(holder, layout, values, {name: place.path for name, place in layout.places.items()})


def write_gradients(holder: Any, layout: Layout, values: Mapping[str, Array], slots: Mapping[str, Path]) -> None:
    """Set gradients in the form of their parameters; `slots` is where, by the parameters' names."""
    _write(holder, layout, values, slots)


def _write(holder: Any, layout: Layout, values: Mapping[str, Array], paths: Mapping[str, Path]) -> None:
    second_names = _second_names(holder, paths)
    for name, value in values.items():
        place = layout.places[name]
        if place.is_bias and place.bias_row is not None:
            continue  # written with its matrix
        bias = values.get(bias_of(name)) if place.bias_row is not None else None
        kept = own_form(holder, layout, name, np.asarray(value), bias)
        put(holder, paths[name], kept)
        for path in second_names.get(name, ()):
            put(holder, path, kept)


def _second_names(holder: Any, paths: Mapping[str, Path]) -> dict[str, list[Path]]:
    """Where else the arrays at these paths are kept too."""
    kept = [get(holder, path, None) for path in paths.values()]
    if all(count <= _ONCE for count in _references(kept)):
        return {}  # no need to look for what nobody else refers to
    held = {id(array): name for name, array in zip(paths, kept, strict=True) if isinstance(array, np.ndarray)}
    found: dict[str, list[Path]] = {}
    for path, other in leaves(holder, arrays_only=True).items() if held else ():
        if (name := held.get(id(other))) is not None and path != paths[name]:
            found.setdefault(name, []).append(path)
    return found


def _references(listed: list[Any]) -> list[int]:
    """How often Python counts a reference to each of these objects, this list's own and the counting included."""
    return [getrefcount(each) for each in listed]


_held = {"W1": np.zeros(1)}
_ONCE = _references(list(_held.values()))[0]  # of an array that one dictionary holds, and nothing else


def own_form(holder: Any, layout: Layout, name: str, value: Array, bias: Array | None = None) -> Any:
    """A canonical value in the form, and the dtype, in which the hand-in keeps that parameter."""
    place = layout.places[name]
    own = get(holder, place.path, None)
    if place.bias_row is not None:
        row = np.zeros(value.shape[1]) if bias is None else bias
        value = np.vstack([row, value] if place.bias_row == 0 else [value, row])
    value = value.T if place.transposed else value.transpose(place.axes) if place.axes else value
    if isinstance(own, (int, float, np.number)) and value.size == 1:
        return np.float64(value.reshape(()))  # a number stays one, for code that counts on it
    if isinstance(own, np.ndarray) and own.size == value.size and (own.ndim < 2 or (own.ndim == 2 and 1 in own.shape)):
        value = value.reshape(own.shape)
    single = isinstance(own, np.ndarray) and own.dtype in (np.float16, np.float32)
    return np.array(value, dtype=own.dtype if single else np.float64, order="C")


# gradients


def read_gradients(holder: Any, layout: Layout) -> dict[str, Array]:
    """The gradients that an object keeps, by the canonical names of their parameters."""
    return canonical_gradients(holder, layout, gradient_leaves(holder))


def canonical_gradients(holder: Any, layout: Layout, held: Mapping[Path, Any]) -> dict[str, Array]:
    """Some gradients in canonical form; one whose form does not fit its parameter stays as it is."""
    paths = gradient_paths(layout, held)
    found = {name: numbers(held[path], f"The gradient of {name}") for name, path in paths.items()}
    return {name: _canonical(holder, layout, name, array) for name, array in found.items()}


def _canonical(holder: Any, layout: Layout, name: str, kept: Array) -> Array:
    place, wanted = layout.places[name], layout.shape(name)
    if place.is_bias and place.bias_row is None and wanted == (1,) and kept.size == 1:
        return kept.reshape(1)  # a number, where there is but one
    if not place.is_bias and kept.ndim == 1 and wanted == (kept.size, 1):
        return kept.reshape(wanted)
    try:
        read = place.read(kept)
    except (IndexError, ValueError):
        return kept
    if place.is_bias and kept.ndim == 2 and kept.shape[1] == 1 and wanted != (1,):
        own = get(holder, place.path, None)
        if not isinstance(own, np.ndarray) or own.shape != kept.shape:
            return kept  # a column where the parameter is none
    return read.copy() if read.shape == wanted else kept


def gradient_paths(layout: Layout, held: Mapping[Path, Any]) -> dict[str, Path]:
    """Which of some gradients belongs to which parameter: by its key or its place, else by name, else by shape."""
    from_zero = any(layer_of(path) == 0 for path in held)
    layers = _layers(layout.places)
    found: dict[str, Path] = {}
    for name, place in layout.places.items():
        if place.is_bias and place.bias_row is not None:
            continue
        rest = [path for path in held if path not in found.values()]
        own = [path for path in rest if last(path) == last(place.path) and is_bias(path) == is_bias(place.path)]
        if own:
            found[name] = max(own, key=lambda path: len(set(path) & set(place.path)))
        elif (beside := _beside(layout, place, rest)) is not None:
            found[name] = beside
    for name in (name for name in layout.places if name not in found):
        rest = [path for path in held if path not in found.values()]
        odd = {path: _oddness(name, path, layers, from_zero) for path in rest}
        size = prod(layout.shapes.get(name, ()))
        alike = [path for path in rest if np.size(held[path]) == size and odd[path] < 3]
        exact = [path for path in rest if odd[path] == 0]
        joined = weight_of(name) if layout.places[name].bias_row is not None else name
        if joined in found:
            found[name] = found[joined]
        elif exact or alike:
            found[name] = (exact or alike)[0]
    return found


def _beside(layout: Layout, place: Place, paths: Iterable[Path]) -> Path | None:
    """The one gradient of its kind in the object that holds one parameter of that kind, as each layer may be."""

    def alike(path: Path) -> bool:
        return len(path) > 1 and path[:-1] == place.path[:-1] and is_bias(path) == is_bias(place.path)

    found = [path for path in paths if alike(path)]
    alone = sum(alike(other.path) for other in layout.places.values()) == 1
    return found[0] if alone and len(found) == 1 else None


def parallel_slots(holder: Any, layout: Layout) -> dict[str, Path]:
    """Slots under the parameters' own keys in a dictionary of gradients, which may be empty still."""
    for name in _GRADIENT_HOLDERS:
        if isinstance(namespace(holder).get(name), dict):
            return {key: (("attribute", name), ("item", last(place.path))) for key, place in layout.places.items()}
    return {}


def returned_arrays(value: Any, names: Sequence[str]) -> dict[Path, Any]:
    """The arrays in a dictionary, or in a tuple that lists them in the order of these names."""
    if isinstance(value, dict):
        arrays = (np.ndarray, list, float, np.floating)
        return {(("item", key),): array for key, array in value.items() if isinstance(array, arrays)}
    if isinstance(value, (list, tuple)) and len(value) == len(names):
        return {(("item", name),): array for name, array in zip(names, value, strict=True)}
    if isinstance(value, np.ndarray) and len(names) == 1:
        return {(("item", names[0]),): value}
    return {}
