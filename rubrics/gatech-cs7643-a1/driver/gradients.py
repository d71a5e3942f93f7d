"""The gradients that a model keeps or gives back, read by the names of their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.worker.calling import Array
from grader.worker.holding import Path, get, gradient_leaves, last
from grader.worker.layouts import canonical_gradients, gradient_paths, own_form, read_gradients, returned_arrays

from .nouns import Model

__all__ = ["Gradients"]


class Gradients:
    """Where the models of one hand-in have their gradients."""

    def __init__(self) -> None:
        self.paths: dict[str, dict[str, Path]] = {}  # by the kind of model
        self._returned_keys: dict[str, dict[str, Any]] = {}  # by model; the keys of gradients that forward returns

    def read(self, model: Model, rest: Sequence[Any]) -> dict[str, Array]:
        """The gradients by canonical names: those that the model keeps, else those that came back."""
        kept = gradient_leaves(model.network)
        found = canonical_gradients(model.network, model.layout, kept)
        if len(found) < len(model.layout.places):
            for item in rest:
                came = returned_arrays(item, tuple(model.layout.places))
                model.returned = canonical_gradients(model.network, model.layout, came) | model.returned
                keys = {name: last(path) for name, path in gradient_paths(model.layout, came).items()}
                self._returned_keys.setdefault(model.kind, keys if isinstance(item, dict) else {})
        if model.kind not in self.paths:
            self.paths[model.kind] = gradient_paths(model.layout, kept)
        return {**model.returned, **found}

    def now(self, model: Model) -> dict[str, Array]:
        """Those that the model has at this moment, without asking it for any."""
        return {**model.returned, **read_gradients(model.network, model.layout)}

    def holder(self, model: Model) -> Any:
        """The object in which the hand-in keeps its gradients, or a dictionary of those that it returned."""
        for path in self.paths.get(model.kind, {}).values():
            held = get(model.network, path[:-1], None)
            if isinstance(held, (dict, list)):
                return held
        keys = self._returned_keys.get(model.kind) or {}
        form = {name: own_form(model.network, model.layout, name, array) for name, array in model.returned.items()}
        return {keys.get(name, last(model.layout.places[name].path)): array for name, array in form.items()}
