"""`kind: step`: several optimizer updates from a start with non-zero biases end where the reference's end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from grader.checks import Check, decide
from grader.compare import Tolerance, difference, numbers
from grader.compare.explanations import Array, relative_error
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student


class Step(Check):
    """The optimizer moves every parameter as the reference does, update after update.

    With `gradients: given` the gradients are put into the model, so that a wrong backward pass costs nothing here;
    with `gradients: own` each update follows the hand-in's own forward and backward pass on another batch.
    """

    EXAMPLE = "{kind: step, model: two-layer, optimizer: sgd, settings: {learning_rate: 0.1, reg: 0.0}, updates: 4}"
    kind: Literal["step"]
    model: str = Field(description="A model of the rubric.")
    optimizer: str = Field(description="The driver's name of the optimizer.")
    settings: dict[str, float] = Field(
        default_factory=dict, description="What the optimizer is made with, such as learning_rate."
    )
    updates: Annotated[int, Field(ge=1, le=50)] = Field(
        default=4, description="So many updates; one alone shows no momentum that is forgotten."
    )
    gradients: Literal["given", "own"] = Field(
        default="given",
        description="given: random ones are put into the model. own: the hand-in's backward pass gives them.",
    )
    rows: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=11, description="The rows of each batch, where the gradients are the hand-in's own."
    )
    look_at: tuple[str, ...] = Field(default=(), description="Only these parameters; all, where none are named.")
    tolerance: Annotated[float, Field(gt=0)] = Field(
        default=1e-6, description="The largest relative error of a parameter's change. For float32 it is 0.001."
    )

    def observe(self, student: Student, setting: Setting) -> Values:
        rng = setting.rng("start")
        parameters = setting.parameters(self.model, rng)
        given = [self._given(setting, rng) for _ in range(self.updates)]
        sizes, settings = dict(setting.sizes), dict(self.settings)
        return {"places": student.call("updates", self.model, sizes, parameters, self.optimizer, settings, given)}

    def _given(self, setting: Setting, rng: np.random.Generator) -> Any:
        """What an update goes by: random gradients, or a random batch for the hand-in's own."""
        if self.gradients == "given":
            return setting.parameters(self.model, rng)
        X = rng.normal(size=(self.rows, setting.sizes["inputs"]))
        return [X, rng.integers(0, setting.sizes["classes"], self.rows)]

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        start = setting.parameters(self.model, setting.rng("start"))
        start = {name: W for name, W in start.items() if not self.look_at or name in self.look_at}
        found = {name: self._finding(name, start[name], _path(seen, name), _path(expected, name)) for name in start}
        if not any(_moved(start[name], _path(seen, name)) for name in start):
            return decide(0, (Finding("nothing-moves", "No parameter changed in any update.", _LOCAL_COPY),))
        right = sum(finding is None for finding in found.values())
        return decide(right / len(found), tuple(dict.fromkeys(f for f in found.values() if f)))

    def _finding(self, name: str, start: Array, seen: list[Any], expected: list[Any]) -> Finding | None:
        if seen and not _moved(start, seen):
            return Finding("parameter-not-updated", f"{name} never moves.", "List the parameters that moved.")
        for count, (got, want) in enumerate(zip(seen, expected, strict=True), start=1):
            step_got, step_want = _minus(got, start), _minus(want, start)
            if step_got is None or step_want is None or step_got.shape != step_want.shape:
                return difference(got, want, f"{name} after update {count}")
            if relative_error(step_got, step_want) > self._allowed(got):
                what = f"the change of {name} after {count} update{'s' * (count > 1)}"
                return difference(step_got, step_want, what, Tolerance(self._allowed(got)))
        return None

    def _allowed(self, got: Any) -> float:
        single = isinstance(got, np.ndarray) and got.dtype == np.float32
        return 1e-3 if single else self.tolerance  # a float32 weight keeps a small change to three or four figures

    def models(self) -> tuple[str, ...]:
        return (self.model,)


_LOCAL_COPY = "Does the model see the new array, or did only a local name change?"


def _path(seen: Values, name: str) -> list[Any]:
    return [place.get(name) if isinstance(place, Mapping) else None for place in seen["places"]]


def _moved(start: Array, path: list[Any]) -> bool:
    changes = (_minus(place, start) for place in path)
    return any(change is None or not np.isfinite(change).all() or bool(change.any()) for change in changes)


def _minus(place: Any, start: Array) -> Array | None:
    array = numbers(place)
    if array is None or array.shape != start.shape:
        return None
    single = isinstance(place, np.ndarray) and place.dtype == np.float32
    change: Array = array - (start.astype(np.float32) if single else start)
    return change


CHECK = Step
