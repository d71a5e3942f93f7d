"""Parameters in the form in which the hand-in keeps them, and in the canonical one."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array, fit_arguments
from grader.worker.handin import Unusable

from .forms import Slot, as_array, by_parameter, filled, name_in, shapes_of, size_offers, slots_of
from .names import HELPERS, NAMES
from .nouns import Container
from .parts import Parts


class Layouts:
    """Parameters in the form in which the hand-in keeps them, and in the canonical one."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._slots: dict[str, Slot] | None = None
        self._initial_container: Container = None

    def own(self, parameters: Mapping[str, Array]) -> Container:
        slots = self.layout()
        kept = {slots[name].key: slots[name].own(np.array(value)) for name, value in parameters.items()}
        return filled(self._initial_container, kept)

    def canonical(self, container: Container, sizes: Mapping[str, int]) -> dict[str, Array]:
        slots, shapes, kept = self.layout(), shapes_of(sizes), by_parameter(container, self.layout())
        return {name: slot.canonical(as_array(kept[name], name), shapes[name]) for name, slot in slots.items()}

    def is_container(self, value: Any, sizes: Mapping[str, int]) -> bool:
        """Whether a value holds the four parameters in the hand-in's own shapes."""
        if value is None or isinstance(value, (np.ndarray, np.generic, int, float, str, bytes, type)):
            return False
        try:
            seen = self.canonical(value, sizes)
        except (LookupError, TypeError, Unusable):
            return False
        return all(seen[name].shape == shape for name, shape in shapes_of(sizes).items())

    def layout(self) -> dict[str, Slot]:
        """How the hand-in keeps its parameters: told by those it starts with, else by the names in its text."""
        if self._slots is None:
            initial = self._initial({"inputs": 13, "hidden": 8, "classes": 5})
            self._slots = slots_of(initial) if initial is not None else None
            if self._slots is not None:
                self._initial_container = initial
            else:
                self._slots = {name: Slot(key) for name, key in zip(NAMES, self._keys_in_text(), strict=True)}
        return self._slots

    def _initial(self, sizes: Mapping[str, int]) -> Container:
        """What the hand-in's own function for initial parameters returns, or None."""
        function = None
        with suppress(Exception):
            function = self._parts.function(HELPERS["initial"], None)
        if function is None:
            return None
        try:
            given, named = fit_arguments("get_init_params", function, size_offers(sizes))
            return function(*given, **named)
        except Exception:  # parameters are handed over in the course's own form then
            return None

    def _keys_in_text(self) -> tuple[str, ...]:
        """The keys by which the file of the network asks a dictionary of parameters, else the course's own."""
        definition = self._parts.definition()
        source = self._parts.handin.sources.get(definition.path) if definition else None
        tree = ast.parse(source.text) if source and not source.broken else ast.Module([], [])
        asked = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
        keys = [node.slice.value for node in asked if isinstance(node.slice, ast.Constant)]
        written = [key for key in reversed(keys) if isinstance(key, str) and re.fullmatch(r"[WwBb]_?[12]", key)]
        named = {name_in(key): key for key in written}
        return tuple(named.get(name, name) for name in NAMES)
