"""How a hand-in prepares its points: standardised, and split into a part for training and one for testing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from grader.worker.calling import Array, Offer, takes
from grader.worker.handin import Unusable

from .names import DEVIATION, FORWARD, HELD_INPUTS, INPUTS, LOADER, MEAN, PATH, TARGETS
from .parts import Parts
from .passes import Passes
from .places import HEADER, TABLE
from .points import canonical, is_standard, parts_of, told_of, whereabouts
from .reading import close, leaves
from .script import Script

_ROWS = 100  # of the course's file


class Preparation:
    """The functions that prepare the data, or what the script does instead of them."""

    def __init__(self, parts: Parts, passes: Passes) -> None:
        self._parts = parts
        self._passes = passes

    def prepared(self, X: Array) -> dict[str, Any]:
        """How inputs and targets leave the hand-in's preparation, in words that do not depend on who is held out.

        A function that standardises and nothing else tells of the inputs alone, and nothing more is charged; so a
        script that can be watched is believed first.
        """
        told = self._parts.script.prepared() if self._whole is None and self._parts.script else None
        return told or self._parts.or_by_script(lambda: self._prepared_by_function(X), Script.prepared)

    def _prepared_by_function(self, X: Array) -> dict[str, Any]:
        X = _as_many_as_in_the_file(X) if self._reads_the_file() else X
        if self._whole is None:
            told = told_of(X, self._standardised(X), np.zeros((0, 2)), np.zeros(1))
            return told | {"the test points are standardised": self._form_of_held_out(X)}
        x_train, x_test, y_train, y_test = self._prepared(X, np.arange(len(X)) % 4 == 0)
        return told_of(X, x_train, x_test, np.concatenate([y_train, y_test]))

    def _reads_the_file(self) -> bool:
        """Whether the preparation is not handed its points, and so may know how many rows the course's file has."""
        return self._whole is not None and not takes(self._whole, INPUTS)

    @cached_property
    def _whole(self) -> Callable[..., Any] | None:
        """The function that does all of it: by its name, or one that loads the file and gives both parts."""
        if "prepare" in self._parts.found:
            return self._parts.part("prepare")
        loader = self._parts.handin.locate({"load": LOADER}).get("load")
        if loader is None or takes(function := self._parts.handin.load(loader), INPUTS):
            return None
        rng = np.random.RandomState(_ROWS)
        try:
            parts = self._prepared_by(function, rng.standard_normal((_ROWS, 2)), rng.randint(0, 2, _ROWS))
        except Exception:  # then it is not the one
            return None
        return function if len(parts[0]) and len(parts[1]) else None

    def _prepared(self, X: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        assert self._whole is not None  # asked for only where there is one
        return self._prepared_by(self._whole, X, y)

    def _prepared_by(self, function: Callable[..., Any], X: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        _write_table(X, y)
        offers = [Offer(X.copy(), INPUTS), Offer(y.astype(np.float64), TARGETS), Offer(TABLE, PATH)]
        return parts_of(self._parts.call(function, offers))

    def _standardised(self, X: Array) -> Array:
        """What the hand-in's function makes of the inputs, at once, or column by column if that is how it works."""
        by_columns = (self._passes.known() if FORWARD in self._parts.found else self._passes).by_columns
        told = self._standardise(X.T).T if by_columns else self._standardise(X)
        if not is_standard(told):
            columns = [self._standardise(column) for column in X.T.copy()]
            told = np.stack(columns, axis=1) if all(each.shape == (len(X),) for each in columns) else told
        if told.shape != X.shape:
            raise Unusable(f"Standardising an array of shape {X.shape} gives one of shape {told.shape}.")
        return canonical(told)

    def _standardise(self, x: Array) -> Array:
        function = self._parts.part("standardise")
        offers = [Offer(x.copy(), INPUTS)]
        if takes(function, MEAN, required=True):
            offers += [Offer(x.mean(axis=0), MEAN), Offer(x.std(axis=0), DEVIATION)]
        offers.append(Offer(x.copy(), HELD_INPUTS))
        listed = leaves(self._parts.call(function, offers))
        return next((each for each in listed if each.shape == x.shape), listed[0]) if listed else np.zeros(0)

    def _form_of_held_out(self, X: Array) -> str:
        """What a function that takes points to hold out standardises those by: they are given far from the others."""
        function, right = self._parts.part("standardise"), "as the training points"
        if self._passes.by_columns or not takes(function, HELD_INPUTS, required=True):
            return right
        held = 3 * X[: len(X) // 2] + 1
        listed = leaves(self._parts.call(function, [Offer(X.copy(), INPUTS), Offer(held.copy(), HELD_INPUTS)]))
        train, test = ([each for each in listed if each.shape == given.shape] for given in (X, held))
        if not train or not test:
            return right
        lines = [np.polyfit(raw, told, 1) for raw, told in zip(X.T, train[0].T, strict=True)]
        if close(test[-1], np.stack([np.polyval(*each) for each in zip(lines, held.T, strict=True)], axis=1)):
            return right
        return "by themselves" if is_standard(test[-1]) else "not at all" if close(test[-1], held) else "otherwise"

    def split(self, X: Array, y: Array) -> dict[str, Any]:
        """Where the rows go: how many into each part, into both, into none, and beside another's label."""
        told: dict[str, Any] = self._parts.or_by_script(
            lambda: self._split_by_function(X), lambda script: script.split(len(X))
        )
        return told

    def _split_by_function(self, X: Array) -> dict[str, Any]:
        prepares = "split" not in self._parts.found and self._whole is not None
        share = len(X) / _ROWS if prepares and self._reads_the_file() else 1.0
        rows = np.arange(len(X) / share)
        numbered = np.stack([rows, -rows], axis=1)
        parts = self._prepared(numbered, rows) if prepares else parts_of(self._split(numbered, rows))
        told = whereabouts(*parts, len(rows))
        return told | {name: round(share * told[name], 9) for name in ("rows for training", "rows for testing")}

    def _split(self, X: Array, y: Array) -> Any:
        offers = [Offer(X, INPUTS), Offer(y, TARGETS), Offer(0.2, r"(test)?(share|size|fraction|ratio|part)")]
        return self._parts.call(self._parts.part("split"), offers)


def _as_many_as_in_the_file(X: Array) -> Array:
    """These points and others near them."""
    rng = np.random.RandomState(len(X))
    near = X[rng.randint(0, len(X), _ROWS - len(X))]
    return np.concatenate([X, near + 0.1 * X.std(axis=0) * rng.standard_normal(near.shape)])


def _write_table(X: Array, y: Array) -> None:
    """The data where a preparation that reads a file looks for it."""
    np.savetxt(TABLE, np.column_stack([X, y]), "%.17g", ",", header=HEADER, comments="")  # int() reads its classes
