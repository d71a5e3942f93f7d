"""The functions of the base network: called by themselves, looked at while a model uses them, or replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import Any

import numpy as np

from grader.worker.calling import Array, call, number, numbers, takes_first
from grader.worker.helpers import find_helpers, recording, replace_helpers
from grader.worker.methods import find_method, without_self
from grader.worker.naming import GUESSES, LABELS

from .names import HELPERS
from .nouns import Model
from .parts import Parts

__all__ = ["Helpers"]


class Helpers:
    """Softmax, loss, accuracy and activations of one hand-in."""

    def __init__(self, parts: Parts) -> None:
        self.handin, self._parts = parts.handin, parts
        self._shared: Any = None  # an instance on which helpers are called

    def values(self, helper: str, x: Array) -> Array:
        """What an activation or softmax makes of an array."""
        return numbers(self._called(helper, np.array(x)), f"What {HELPERS[helper][0]} returned")

    def number(self, helper: str, probabilities: Array, y: Array) -> float | Array:
        """What the loss or the accuracy is of (N, C) probabilities and (N,) labels."""
        return number(self._called(helper, probabilities, y), f"What {HELPERS[helper][0]} returned")

    def recording(self, model: Model, *helpers: str, inputs: bool = False) -> AbstractContextManager[list[Any]]:
        """While it lasts, what passes through these helpers of a model is listed."""
        if helpers not in model.helpers:
            names = [name for helper in helpers for name in HELPERS[helper]]
            model.helpers[helpers] = find_helpers(self.handin, names, model.network)
        return recording(model.helpers[helpers], inputs)

    def replace(self, helper: str, function: Callable[..., Any]) -> None:
        """Put a function in the place of the hand-in's own helper, wherever that is called from."""
        for definition in self._parts.found.values():
            with suppress(Exception):  # what cannot be loaded says so when it is asked for
                self.handin.load(definition)
        replace_helpers(self.handin, HELPERS[helper], function, _takes(helper), _labels_first)

    def _called(self, helper: str, *arguments: Array) -> Any:
        function = self._find(helper)
        if len(arguments) == 2 and _labels_first(function):
            arguments = arguments[::-1]
        return call(self.handin, HELPERS[helper][0], function, *arguments)

    def _find(self, helper: str) -> Callable[..., Any]:
        """A method of the base class or of a model, else a function outside of classes."""
        names, found = HELPERS[helper], self._parts.found
        instance = self._instance()
        method = find_method(instance, names) if instance is not None else None
        if method is not None:
            return without_self(method, _takes(helper))
        near = next((found[part].path for part in ("base", "two-layer", "softmax-regression") if part in found), "")
        return self.handin.find_function(names, near=near, strict=True)

    def _instance(self) -> Any:
        """An object of the base class if one can be built, else one of a model."""
        if self._shared is None:
            self._shared = next(self._instances(), None)
        return self._shared

    def _instances(self) -> Iterator[Any]:
        errors: list[Exception] = []
        for part in ("base", "two-layer", "softmax-regression"):
            if part not in self._parts.found:
                continue
            try:
                yield self._parts.construct(part, {"inputs": 784, "hidden": 128, "classes": 10})
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]


def _takes(helper: str) -> int:
    """How many arrays a helper works on."""
    return 2 if helper in ("cross_entropy", "accuracy") else 1


def _labels_first(function: Any) -> bool:
    """Whether a function of probabilities and labels takes them the other way round."""
    return takes_first(function, LABELS, GUESSES)
