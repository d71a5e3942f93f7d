"""`kind: purity`: a call leaves its inputs alone, answers twice alike, and nothing leaks from one call to another.

Nothing here is compared with the reference: the hand-in is compared with a fresh object of its own, so that a wrong
formula costs nothing a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.checks import Check, attempt, decide, failure_of, part, share
from grader.compare import Array, same
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student


class Purity(Check):
    """Inputs and weights stay as they were, and a used model answers like a fresh one."""

    EXAMPLE = "{kind: purity, of: [two-layer], optimizer: sgd, settings: {learning_rate: 0.1, reg: 0.01}}"
    MEETS: ClassVar[frozenset[str]] = frozenset({"training"})
    kind: Literal["purity"]
    of: Annotated[tuple[str, ...], Field(min_length=1)]
    optimizer: str
    settings: dict[str, float] = Field(default_factory=dict)
    rows: Annotated[int, Field(ge=2, le=1000)] = 11
    updates: Annotated[int, Field(ge=2, le=20)] = 3

    def observe(self, student: Student, setting: Setting) -> Values:
        return {model: attempt(partial(self._model, model, student, setting)) for model in self.of}

    def _model(self, model: str, student: Student, setting: Setting) -> Values:
        bench = _Bench(student, setting, model, self.rows)
        return {
            "calls": attempt(bench.calls),
            "two models": attempt(bench.two_models),
            "training": attempt(partial(self._training, bench)),
        }

    def _training(self, bench: _Bench) -> Values:
        """The weights after some updates: with one model used throughout, and with a fresh one for each update."""
        optimizer = bench.student.make("optimizer", self.optimizer, dict(self.settings))
        used = bench.fresh(0)
        if bench.setting.brief:
            for update in range(self.updates):
                bench.evaluate(used, update)
                bench.student.call("update", optimizer, used)
            return {"used": bench.student.call("parameters", used)}
        fresh_place = bench.parameters(0)
        for update in range(self.updates):
            bench.evaluate(used, update)
            bench.student.call("update", optimizer, used)
            fresh = bench.build(fresh_place)
            bench.evaluate(fresh, update)
            bench.student.call("update", optimizer, fresh)
            fresh_place = bench.student.call("parameters", fresh)
        return {"used": bench.student.call("parameters", used), "fresh": fresh_place}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        opinions = [_opinions(model, seen[model], self.rows, setting) for model in self.of]
        shares = [share(listed) for listed in opinions]
        wrong = (finding for listed in opinions for _, finding in listed if finding)
        return decide(sum(shares) / len(shares), tuple(dict.fromkeys(wrong)))

    def signature(self, seen: Values) -> Values:
        return {model: _without_fresh(seen[model]) for model in self.of}

    def models(self) -> tuple[str, ...]:
        return self.of


class _Bench:
    """The calls of one model of the hand-in, on batches and parameters drawn by number."""

    def __init__(self, student: Student, setting: Setting, model: str, rows: int) -> None:
        self.student, self.setting, self.model, self.rows = student, setting, model, rows

    def parameters(self, number: int) -> dict[str, Array]:
        return self.setting.parameters(self.model, self.setting.rng(self.model, "parameters", number))

    def batch(self, number: int) -> tuple[Array, Array]:
        return _batch(self.setting, self.model, self.rows, number)

    def build(self, parameters: Mapping[str, Any]) -> Any:
        handle = self.student.make("build", self.model, dict(self.setting.sizes))
        self.student.call("assign", handle, dict(parameters))
        return handle

    def fresh(self, number: int) -> Any:
        return self.build(self.parameters(number))

    def evaluate(self, model: Any, number: int, mode: str = "train") -> Any:
        return self.student.call("evaluate", model, *self.batch(number), mode=mode)

    def calls(self) -> Values:
        """The same call twice, another batch, evaluation mode, on one model; and what became of its inputs."""
        model = self.fresh(0)
        X, y = (self.student.make("hold", array) for array in self.batch(0))
        seen = {
            "first": self.student.call("evaluate", model, X, y, mode="train"),
            "X": self.student.call("hold", X),
            "y": self.student.call("hold", y),
            "parameters": self.student.call("parameters", model),
            "second": self.evaluate(model, 0),
            "other": self.evaluate(model, 1),
            "other, fresh": self.evaluate(self.fresh(0), 1),
        }
        self.evaluate(model, 2, mode="evaluate")
        return {**seen, "after evaluation": self.evaluate(model, 0)}

    def two_models(self) -> Values:
        """What one model answers after another one was made and used, and what it answers alone."""
        model = self.fresh(0)
        self.evaluate(self.fresh(1), 1)
        return {"beside": self.evaluate(model, 0), "parameters": self.student.call("parameters", model)}


def _without_fresh(seen: Any) -> Any:
    """What a brief look sees too: without the second training run."""
    return seen if failure_of(seen) else {**seen, "training": part(seen["training"], ("used",))}


def _batch(setting: Setting, model: str, rows: int, number: int) -> tuple[Array, Array]:
    rng = setting.rng(model, "batch", number)
    X = rng.normal(size=(rows, setting.sizes["inputs"]))
    return X, rng.integers(0, setting.sizes["classes"], rows)


def _opinions(model: str, seen: Any, rows: int, setting: Setting) -> list[tuple[int, Finding | None]]:
    failures = [found for part_seen in (seen, *seen.values()) if (found := failure_of(part_seen))]
    if failures:
        return [(1, failures[0])]
    calls, beside, training = seen["calls"], seen["two models"], seen["training"]
    if same(calls["other, fresh"], calls["first"]):
        return [(1, Finding("constant-answer", f"{model}: two different batches get the same answer.", _LOOKS))]
    X, y = _batch(setting, model, rows, 0)
    start = setting.parameters(model, setting.rng(model, "parameters", 0))
    return [  # with their weights
        (1, _unless_same(calls["X"], X, f"{model}: a call changes the inputs X that it was given.", _OWNER)),
        (1, _unless_same(calls["y"], y, f"{model}: a call changes the labels y that it was given.", _OWNER)),
        (
            2,
            _unless_same(
                calls["parameters"], start, f"{model}: computing loss and gradients changes the weights.", _OWNER
            ),
        ),
        (
            3,
            _unless_same(
                calls["second"], calls["first"], f"{model}: the same call answers differently the second time.", _LEFT
            ),
        ),
        (
            3,
            _unless_same(
                calls["other"], calls["other, fresh"], f"{model}: a used model answers unlike a fresh one.", _LEFT
            ),
        ),
        (
            1,
            _unless_same(
                calls["after evaluation"], calls["first"], f"{model}: evaluating changes what training sees.", _LEFT
            ),
        ),
        (
            1,
            _unless_same(
                beside["beside"], calls["first"], f"{model}: two models of the class share something.", _SHARED
            ),
        ),
        (
            2,
            _unless_same(
                training["used"], training["fresh"], f"{model}: training one model differs from fresh ones.", _LEFT
            ),
        ),
    ]


_LOOKS = "Does the answer depend on the inputs at all?"
_OWNER = "Does the caller still own its data? Work on a new array where you write."
_LEFT = "What is left from the previous batch when the next one comes?"
_SHARED = "Which attributes belong to the class, and which to the object?"


def _unless_same(seen: Any, expected: Any, message: str, hint: str) -> Finding | None:
    return None if same(seen, expected) else Finding("impure", message, hint)


CHECK = Purity
