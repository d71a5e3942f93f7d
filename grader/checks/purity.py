"""`kind: purity`: a call leaves its inputs alone, answers twice alike, and nothing leaks from one call to another.

Nothing here is compared with the reference: the hand-in is compared with a fresh object of its own, so that a wrong
formula costs nothing a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from grader.checks import Check, attempt, decide, failure_of, part, share
from grader.compare import same
from grader.compare.explanations import Array
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student


class Purity(Check):
    """Inputs and weights stay as they were, and a used model answers like a fresh one."""

    EXAMPLE = "{kind: purity, of: [two-layer], optimizer: sgd, settings: {learning_rate: 0.1, reg: 0.01}}"
    MEETS: ClassVar[frozenset[str]] = frozenset({"training"})
    kind: Literal["purity"]
    of: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Models of the rubric; each has an equal share."
    )
    optimizer: str = Field(description="The driver's name of the optimizer that trains them.")
    settings: dict[str, float] = Field(default_factory=dict, description="What the optimizer is made with.")
    rows: Annotated[int, Field(ge=2, le=1000)] = Field(default=11, description="The rows of each batch.")
    updates: Annotated[int, Field(ge=2, le=20)] = Field(
        default=3, description="So many updates of one model, and of a fresh one for each."
    )

    def observe(self, student: Student, setting: Setting) -> Values:
        return {model: attempt(partial(self._model, model, student, setting)) for model in self.of}

    def _model(self, model: str, student: Student, setting: Setting) -> Values:
        sizes = dict(setting.sizes)
        parameters = [_parameters(setting, model, number) for number in range(2)]
        batches = [list(_batch(setting, model, self.rows, number)) for number in range(max(3, self.updates))]
        train = (self.optimizer, dict(self.settings), batches[: self.updates], not setting.brief)
        return {
            "calls": attempt(partial(student.call, "calls_in_a_row", model, sizes, parameters[0], batches[:3])),
            "two models": attempt(partial(student.call, "beside_another", model, sizes, parameters, batches[:2])),
            "training": attempt(partial(student.call, "train_on_and_afresh", model, sizes, parameters[0], *train)),
        }

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        opinions = [_opinions(model, seen[model], self.rows, setting) for model in self.of]
        shares = [share(listed) for listed in opinions]
        wrong = (finding for listed in opinions for _, finding in listed if finding)
        return decide(sum(shares) / len(shares), tuple(dict.fromkeys(wrong)))

    def signature(self, seen: Values) -> Values:
        return {model: _without_fresh(seen[model]) for model in self.of}

    def models(self) -> tuple[str, ...]:
        return self.of


def _parameters(setting: Setting, model: str, number: int) -> dict[str, Array]:
    return setting.parameters(model, setting.rng(model, "parameters", number))


def _without_fresh(seen: Any) -> Any:
    """What a brief look sees too: without the second training run."""
    return seen if failure_of(seen) else {**seen, "training": part(seen["training"], ("used",))}


def _batch(setting: Setting, model: str, rows: int, number: int) -> tuple[Array, Array]:
    rng = setting.rng(model, "batch", number)
    X = rng.normal(size=(rows, setting.sizes["inputs"]))
    return X, rng.integers(0, setting.sizes["classes"], rows)


def _opinions(model: str, seen: Any, rows: int, setting: Setting) -> list[tuple[int, Finding | None]]:
    """What is wrong, each with its weight."""
    failures = [found for part_seen in (seen, *seen.values()) if (found := failure_of(part_seen))]
    if failures:
        return [(1, failures[0])]
    if same(seen["calls"]["other, fresh"], seen["calls"]["first"]):
        return [(1, Finding("constant-answer", f"With {model}, two different batches get the same answer.", _LOOKS))]
    given = (*_batch(setting, model, rows, 0), setting.parameters(model, setting.rng(model, "parameters", 0)))
    alike = [*_left_alone(seen["calls"], *given), *_without_traces(seen)]
    return [(weight, _unless_same(*pair, f"With {model}, {told}", hint)) for weight, pair, told, hint in alike]


_Alike = tuple[int, tuple[Any, Any], str, str]
"""The weight of two values that have to be the same, and what to say where they are not."""


def _left_alone(calls: Values, X: Array, y: Array, parameters: dict[str, Array]) -> Iterator[_Alike]:
    yield 1, (calls["X"], X), "a call changes the inputs X that it was given.", _OWNER
    yield 1, (calls["y"], y), "a call changes the labels y that it was given.", _OWNER
    yield 2, (calls["parameters"], parameters), "computing loss and gradients changes the weights.", _OWNER


def _without_traces(seen: Values) -> Iterator[_Alike]:
    calls, training = seen["calls"], seen["training"]
    first = calls["first"]
    yield 3, (calls["second"], first), "the same call answers differently the second time.", _LEFT
    yield 3, (calls["other"], calls["other, fresh"]), "a used model answers unlike a fresh one.", _LEFT
    yield 1, (calls["after evaluation"], first), "evaluating changes what training sees.", _LEFT
    yield 1, (seen["two models"]["beside"], first), "two models of the class share something.", _SHARED
    many = "one model used for several updates ends with other weights than a fresh one for each."
    yield 2, (training["used"], training["fresh"]), many, _LEFT


_LOOKS = "Does the answer depend on the inputs at all?"
_OWNER = "Does the caller still own its data? Work on a new array where you write."
_LEFT = "What is left from the previous batch when the next one comes?"
_SHARED = "Which attributes belong to the class, and which to the object?"


def _unless_same(seen: Any, expected: Any, message: str, hint: str) -> Finding | None:
    return None if same(seen, expected) else Finding("impure", message, hint)


CHECK = Purity
