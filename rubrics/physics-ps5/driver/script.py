"""What a hand-in's script does with its data, its weights and its map, told by what it gives to the two passes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from grader.worker.calling import Array
from grader.worker.handin import Unusable
from grader.worker.histories import named_series
from grader.worker.watching import Called, Run

from .maps import told_by_place
from .places import Placed, as_points, find_placed
from .points import is_scaled, is_standard, told_of
from .reading import array_of, close, new_weights, sorted_out, vector_of

_FIRST_STEPS = 12  # of a script's training that are followed
_LOSSES: tuple[Callable[[Array, Array], float], ...] = (
    lambda y, p: float(np.sum((y - p) ** 2)) / 2,
    lambda y, p: float(np.sum((y - p) ** 2)),
    lambda y, p: float(np.mean((y - p) ** 2)),
    lambda y, p: float(np.mean((y - p) ** 2)) / 2,
    lambda y, p: float(np.sqrt(np.mean((y - p) ** 2))),
    lambda y, p: float(np.sum(np.abs(y - p))),
    lambda y, p: float(np.mean(np.abs(y - p))),
    lambda y, p: -float(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))),
    lambda y, p: -float(np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))),
)


class Script:
    """What a hand-in's script does with its data and weights, told by what it gives to the two passes."""

    def __init__(self, table: Array, run: Run, backward: Iterable[str]) -> None:
        self.table = table
        self.run = run
        self.steps = [call for call in run.calls if call.name in backward]
        self.passes = [call for call in run.calls if call.name not in backward]

    @cached_property
    def trained(self) -> Placed | None:
        """The points of the first step, or of the pass before it where the network remembers them."""
        before = self.run.calls[: self.run.calls.index(self.steps[0])]
        given = [_points_given(call) for call in (self.steps[0], *reversed(before))]
        return find_placed(next(filter(len, given), np.zeros((0, 2))), self.table)

    @cached_property
    def tested(self) -> Placed | None:
        """The points that were held out and went through the network."""
        return self._held_out(map(_points_given, self.passes))

    def _held_out(self, given: Iterable[Array]) -> Placed | None:
        """The first of these points that are in the table and not those of the training, apart from them if any are."""
        if self.trained is None:
            return None
        kinds = {(len(each), *each[:1].flat): each for each in given}  # the same points come in every epoch
        placed = [find_placed(each, self.table) for each in kinds.values()]
        parts = [each for each in placed if each is not None and len(each.rows) < len(self.table)]
        parts = [each for each in parts if {*each.rows} != {*self.trained.rows}]
        apart = [each for each in parts if not {*each.rows} & {*self.trained.rows}]
        return next(iter(apart or parts), None)

    @cached_property
    def targets(self) -> Array:
        """The targets of the first step."""
        told = array_of(self.steps[0].given.get("y"))
        return np.zeros(0) if told is None else told.reshape(-1)

    def prepared(self) -> dict[str, Any] | None:
        """How inputs and targets get to the network, in the driver's words."""
        if self.trained is None or not self.targets.size:
            return None
        points = self.table[:, :2]
        whole = (points - self.trained.shift) / self.trained.scale
        told = told_of(points, whole if is_scaled(whole) else self.trained.points, np.zeros((0, 2)), self.targets)
        return told | {"the test points are standardised": self._form_of_test(self.trained)}

    def _form_of_test(self, trained: Placed) -> str:
        if self.tested is None or self.tested.scaled_like(trained):
            return "as the training points"
        if close(self.tested.scale, 1) and close(self.tested.shift, 0):
            return "not at all"
        return "by themselves" if is_standard(self.tested.points) else "otherwise"

    def split(self, count: int) -> dict[str, Any] | None:
        """Where the rows of the table go, told as if there were so many."""
        lying = (as_points(value) for held in self.run.variables for value in held.values())
        held_out = self.tested or self._held_out(lying)
        if self.trained is None or held_out is None or len(self.targets) != len(self.trained.rows):
            return None
        train, test, share = self.trained.rows, held_out.rows, count / len(self.table)
        beside = np.array_equal(self.table[train, 2] > 0.5, self.targets > self.targets.mean())
        in_order = [*train, *test] in (both := sorted([*train, *test]), [*both[len(test) :], *both[: len(test)]])
        return {
            "rows for training": round(share * len(train), 9),
            "rows for testing": round(share * len(test), 9),
            "rows in both parts": float(len({*train} & {*test})),
            "rows in neither part": float(len(self.table) - len({*train} | {*test})),
            "the labels stand": "beside their points" if beside else "beside other points",
            "the points come": f"in {'the order of the file' if in_order else self._order([*train, *test])}",
        }

    def _order(self, rows: list[int]) -> str:
        """The order of rows that do not come as in the file; the test part of sorted ones has one class."""
        classes = self.table[rows, 2]
        return "the order of their classes" if len({*np.diff(classes)}) == 2 else "another order"

    def plane(self) -> dict[str, str] | None:
        """By what the points of the map were standardised, told by where they lie: its axes were not seen."""
        if self.trained is None or (points := self._map_points()) is None:
            return None
        told = told_by_place(points, self.table[:, :2], self.trained.shift, self.trained.scale)
        return {"the grid is standardised": told} if told else None

    def _map_points(self) -> Array | None:
        """The points, more than the table has, that went through the network after the training had begun."""
        calls = self.run.calls[self.run.calls.index(self.steps[0]) :]
        given = [_points_given(call) for call in calls if call not in self.steps]
        many = [each for each in given if len(each) > len(self.table)]
        one_by_one = [each for each in given if len(each) == 1]
        return many[-1] if many else np.concatenate(one_by_one) if len(one_by_one) > len(self.table) else None

    def loss(self, y: Array, prediction: Array) -> float | None:
        """The loss of these predictions, by the formula that gives the losses which the script keeps."""
        steps = [(_flat_array(call, "y"), _flat_array(call, "prediction")) for call in self.steps[:_FIRST_STEPS]]
        if not all(each.size == other.size > 0 for each, other in steps):
            return None
        with np.errstate(all="ignore"):
            believed = [np.array([formula(*step) for step in steps]) for formula in _LOSSES]
        for held in self.run.variables:
            for _, series in _series(held):
                for formula, losses in zip(_LOSSES, believed, strict=True):
                    if _begins_with(series, losses):
                        return formula(y, prediction)
        return None

    def descends(self) -> bool:
        """Whether each epoch is a pass forward and a step on the same rows, from where the last one ended.

        What is surely wrong in between is `Unusable`.
        """
        steps = self.steps[:_FIRST_STEPS]
        if len(steps) < 3 or any(not _same(call, steps[0], role) for call in steps for role in ("x", "x1", "x2", "y")):
            return False
        for before, after in itertools.pairwise(steps):
            moved = _moved(before)
            if moved is None or "w" not in after.given:
                return False
            if close(_flat_array(after, "w"), moved):
                continue
            if close(_flat_array(after, "w"), _flat_array(before, "w")):
                raise Unusable(
                    "Each epoch of your script begins with the weights that the one before began with.",
                    "Where do the new weights go that backward_propagation gives back?",
                )
            return False
        return self._predicts_anew(steps)

    def _predicts_anew(self, steps: list[Called]) -> bool:
        """Whether each step is given the predictions of its own weights."""
        predictions = [_flat_array(call, "prediction") for call in steps]
        if not all(each.size for each in predictions):
            return True  # a backward pass that asks for none makes its own
        if all(close(each, predictions[0]) for each in predictions):
            raise Unusable(
                "The predictions that backward_propagation is given are the same in every epoch of your script.",
                "The weights change in each epoch. What has to be computed again?",
            )
        known = [(_flat_array(call, "w"), _flat_of_pass(call)) for call in self.passes]
        return all(
            any(close(w, _flat_array(call, "w")) and close(told, _flat_array(call, "prediction")) for w, told in known)
            for call in steps[:3]
        )


def _points_given(call: Called) -> Array:
    """The points of a call as (N, 2); none where it was given others."""
    if "x1" in call.given and "x2" in call.given:
        return as_points(np.column_stack([_flat_array(call, "x1"), _flat_array(call, "x2")]))
    return as_points(call.given.get("x"))


def _flat_array(call: Called, role: str) -> Array:
    told = array_of(vector_of(call.given[role])) if role in call.given else None
    return np.zeros(0) if told is None else told.reshape(-1).astype(np.float64)


def _flat_of_pass(call: Called) -> Array:
    try:
        told = array_of(sorted_out(call.returned, len(_points_given(call)))[1])
    except Unusable:
        told = None
    return np.zeros(0) if told is None else told.reshape(-1).astype(np.float64)


def _moved(call: Called) -> Array | None:
    """The weights that a step gave back, or None."""
    try:
        return new_weights(vector_of(call.returned), None)
    except Unusable:
        return None


def _same(call: Called, other: Called, role: str) -> bool:
    return (role in call.given) == (role in other.given) and close(_flat_array(call, role), _flat_array(other, role))


def _series(held: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Records of numbers in the variables of a file or of a function; what cannot be looked through is passed over."""
    for value in held.values():
        try:
            record = dict(value.items()) if hasattr(type(value), "iloc") else value  # a table of pandas
            yield from list(named_series(record)) if isinstance(record, (list, tuple, dict, np.ndarray)) else ()
        except Exception:  # an object of the hand-in's
            continue


def _begins_with(series: Any, losses: Array) -> bool:
    """Whether a record of a training begins with these losses, or with the second of them."""
    told = np.array([float(np.ravel(each)[0]) for each in list(series)[: len(losses)]])
    return any(
        count >= 3 and np.allclose(told[:count], losses[start : start + count], rtol=1e-5, atol=0)
        for start in (0, 1)
        for count in [min(len(told), len(losses) - start)]
    )
