"""`kind: stability`: extreme but legal inputs give finite, right answers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.checks import Check, attempt, decide, failure_of, in_case, part
from grader.compare import Tolerance, difference, finiteness
from grader.model import Finding, Values, Verdict
from grader.probes import Argument, Model, Setting, make_all, named_sizes, unique_names

if TYPE_CHECKING:
    from grader.session import Student


class Case(BaseModel):
    """One extreme call; `weight` is its share, 0 for a remark that costs nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Read after the word “With”: scores of ±1000.")
    call: str = Field(description="The driver's method that is called.")
    arguments: tuple[Argument, ...] = Field(description="What it is given, in its order.")
    look_at: tuple[str, ...] = Field(default=(), description="Only these keys of what it returns.")
    weight: Annotated[float, Field(ge=0)] = Field(
        default=1.0, description="The case's share; 0 is a remark that costs nothing."
    )
    what: str = Field(default="", description="What comes back, as a message names it; otherwise the name of the call.")
    hint: str = Field(default="", description="What to try, in place of the grader's own words.")


class Stability(Check):
    """Scores of ±1000, saturated units, zero weights or a single row are handled like any other input."""

    EXAMPLE = (
        "{kind: stability, cases: [{name: scores of a thousand, call: softmax, "
        "arguments: [{value: [[1000.0, 0.0, -1000.0]]}], hint: What is exp(1000)?}]}"
    )
    kind: Literal["stability"]
    cases: Annotated[tuple[Case, ...], Field(min_length=1)] = Field(description="The calls, each with its share.")
    absolute: Annotated[float, Field(gt=0)] = Field(
        default=1e-4, description="The largest absolute error that passes; guards inside a logarithm differ, rightly."
    )

    @model_validator(mode="after")
    def _cases_are_told_apart(self) -> Self:
        unique_names([case.name for case in self.cases])
        return self

    def observe(self, student: Student, setting: Setting) -> Values:
        return {case.name: attempt(partial(self._call, case, student, setting)) for case in self.cases}

    def _call(self, case: Case, student: Student, setting: Setting) -> Any:
        arguments = make_all(case.arguments, student, setting, setting.rng(case.name))
        return student.call(case.call, *arguments)

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        found = {case.name: self._finding(case, seen[case.name], expected[case.name]) for case in self.cases}
        total = sum(case.weight for case in self.cases)
        right = sum(case.weight for case in self.cases if not found[case.name])
        return decide(right / total if total else 1.0, tuple(f for f in found.values() if f))

    def signature(self, seen: Values) -> Values:
        return {case.name: finiteness(part(seen[case.name], case.look_at)) for case in self.cases}

    def _finding(self, case: Case, got: Any, want: Any) -> Finding | None:
        if case.look_at:
            want = {key: want[key] for key in case.look_at}
        what = case.what or case.call.replace("_", " ")
        what = "" if isinstance(want, dict) else what
        found = failure_of(got) or difference(got, want, what, Tolerance(1e-4, self.absolute))
        if not found:
            return None
        code = found.code if case.weight else "remark"
        message = in_case(case.name, found.message, case.weight)
        return Finding(code, message, case.hint or found.hint, found.where)

    def models(self) -> tuple[str, ...]:
        return tuple(a.model for case in self.cases for a in case.arguments if isinstance(a, Model))

    def drawn_by(self) -> tuple[str, ...]:
        return (*super().drawn_by(), *named_sizes([a for case in self.cases for a in case.arguments]))


CHECK = Stability
