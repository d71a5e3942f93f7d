"""Models of a hand-in, with their parameters found in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.worker.calling import Array, numbers
from grader.worker.holding import get, leaves, put
from grader.worker.layouts import Layout, Place, bias_of, confusable, find_bias_row, find_layout, own_form

from .names import EVALUATION
from .nouns import Bare, Model, shapes
from .parts import Parts
from .passes import Passes

__all__ = ["Models"]


class Models:
    """Builds models, and remembers where their parameters are."""

    def __init__(self, parts: Parts, passes: Passes) -> None:
        self._parts, self._passes = parts, passes
        self._places: dict[tuple[str, tuple[int, ...]], Mapping[str, Place]] = {}

    def build(self, model: str, sizes: dict[str, int]) -> Model:
        """A fresh model; "parameters" is what the optimizer's own checks ask for."""
        if model == "parameters":
            return self._something_to_move(sizes)
        network = self._parts.construct(model, sizes)
        return Model(network, model, dict(sizes), self._layout(model, sizes, network))

    def _something_to_move(self, sizes: dict[str, int]) -> Model:
        """The two-layer net, or a bare holder of its parameters: a net that cannot be built costs elsewhere."""
        try:
            return self.build("two-layer", sizes)
        except Exception:  # whatever is wrong with the net is told elsewhere
            wanted = shapes("two-layer", sizes)
            places = {
                name: Place((("attribute", "weights"), ("item", name)), is_bias=name[0] == "b") for name in wanted
            }
            return Model(Bare(sizes), "two-layer", dict(sizes), Layout(wanted, places))

    def _layout(self, model: str, sizes: dict[str, int], network: Any) -> Layout:
        """Where the parameters are, remembered by model and sizes."""
        key = (model, tuple(sorted(sizes.values())))
        if key not in self._places:
            self._places[key] = self._find_places(model, sizes, network)
        return Layout(shapes(model, sizes), self._places[key])

    def _find_places(self, model: str, sizes: dict[str, int], network: Any) -> Mapping[str, Place]:
        if confusable(sizes.values()):
            network, sizes = self._clearer(model, sizes, network)
        return self._bias_rows(model, sizes, find_layout(network, shapes(model, sizes)))

    def _clearer(self, model: str, sizes: dict[str, int], network: Any) -> tuple[Any, dict[str, int]]:
        """A model of sizes that cannot be mistaken for each other, where the hand-in can build one."""
        clear = {"inputs": 13, "hidden": 8, "classes": 5}
        try:
            other = self._parts.construct(model, clear)
        except Exception:
            return network, sizes
        found = {array.shape for array in leaves(other).values()}
        return (other, clear) if any(13 in shape or 14 in shape for shape in found) else (network, sizes)

    # biases in their matrices

    def _bias_rows(self, model: str, sizes: dict[str, int], layout: Layout) -> Mapping[str, Place]:
        """Find out by experiment whether matrices that hold their biases have them in the first or the last row."""
        places = dict(layout.places)
        joined = {name: place for name, place in places.items() if place.bias_row is not None}
        if not joined:
            return places
        probe = Model(self._parts.construct(model, sizes), model, sizes, Layout(layout.shapes, places))
        for name, place in joined.items():
            row = self._bias_row(probe, name, place)
            places[name] = Place(place.path, place.transposed, row)
            places[bias_of(name)] = Place(place.path, place.transposed, row, is_bias=True)
        return places

    def _bias_row(self, model: Model, name: str, place: Place) -> int:
        X = np.zeros((model.sizes["classes"], model.sizes["inputs"]))
        y = np.arange(model.sizes["classes"])
        for other, kept in _surroundings(model, name).items():
            put(model.network, model.layout.places[other].path, kept)

        def loss() -> Any:
            return self._passes.evaluate(model, X.copy(), y.copy(), EVALUATION, gradients=True)["loss"]

        return find_bias_row(model.network, place, loss)


def _surroundings(model: Model, name: str) -> dict[str, Array]:
    """What the other parameters must be, so that the experiment on one of them shows something."""
    if model.kind == "softmax-regression":
        return {}
    if name == "W1":  # a second layer that lets every hidden unit through
        shape = numbers(get(model.network, model.layout.places["W2"].path), "W2").shape
        return {"W2": np.asarray(np.random.RandomState(3).standard_normal(shape))}
    first, bias = model.layout.places["W1"], np.full(model.sizes["hidden"], -100.0)  # hidden units that are all off
    if "b1" not in model.layout.places:
        return {}
    if first.bias_row is None:
        return {"b1": own_form(model.network, model.layout, "b1", bias, None)}
    zero = np.zeros((model.sizes["inputs"], model.sizes["hidden"]))
    return {"W1": own_form(model.network, model.layout, "W1", zero, bias)}
