"""`kind: value`: a helper or a forward pass gives what the reference gives, on inputs nobody has seen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.checks import Check, attempt, decide, failure_of, part
from grader.compare import DOUBLE, Scale, Tolerance, difference, is_multiple
from grader.model import Finding, Values, Verdict
from grader.probes import Argument, Labels, Model, Optimizer, Setting, make_all, unique_names

if TYPE_CHECKING:
    from grader.session import Student


class Reading(BaseModel):
    """Another right answer: `times` the reference's value `plus` a constant, each a number or a range of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    times: float | tuple[float, float] = 1.0
    plus: float | tuple[float, float] = 0.0


class Case(BaseModel):
    """One call with its arguments; `weight` is its share, 0 for a remark that costs nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arguments: tuple[Argument, ...]
    weight: Annotated[float, Field(ge=0)] = 1.0
    look_at: tuple[str, ...] = ()
    needs: str = ""  # the name of a case that must be right too, so that doing nothing earns nothing
    also_right: tuple[Reading, ...] = ()
    hint: str = ""


class Value(Check):
    """A call of the driver's vocabulary returns what the reference returns, case by case."""

    EXAMPLE = "{kind: value, call: softmax, cases: [{name: a batch of scores, arguments: [{normal: [6, classes]}]}]}"
    kind: Literal["value"]
    call: str
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    tolerance: Annotated[float, Field(gt=0)] = DOUBLE
    absolute: Annotated[float, Field(ge=0)] = 1e-12

    @model_validator(mode="after")
    def _cases_are_told_apart(self) -> Self:
        names = unique_names([case.name for case in self.cases])
        for case in self.cases:
            for place, argument in enumerate(case.arguments):
                if isinstance(argument, Labels) and argument.like is not None and argument.like >= place:
                    raise ValueError(
                        f"case {case.name!r}: like points at argument {argument.like}, which comes no earlier"
                    )
            if case.needs and (case.needs == case.name or case.needs not in names):
                raise ValueError(f"case {case.name!r} needs {case.needs!r}, which is no other case")
        return self

    def observe(self, student: Student, setting: Setting) -> Values:
        return {case.name: attempt(partial(self._call, case, student, setting)) for case in self.cases}

    def _call(self, case: Case, student: Student, setting: Setting) -> Any:
        arguments = make_all(case.arguments, student, setting, setting.rng(case.name))
        return student.call(self.call, *arguments)

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        found = {case.name: self._finding(case, seen, expected, setting) for case in self.cases}
        readings = {name: self._reading(name, seen, expected) for name, finding in found.items() if finding}
        found |= {name: None for name, reading in readings.items() if reading}
        right = [c for c in self.cases if not found[c.name] and not found.get(c.needs)]
        total = sum(case.weight for case in self.cases)
        fraction = sum(case.weight for case in right) / total if total else 1.0
        crashed = all(failure_of(seen[case.name]) for case in self.cases)
        remarks = tuple(dict.fromkeys(_remark(reading) for reading in readings.values() if reading))
        return decide(fraction, (*self._told(found), *remarks), crashed=crashed)

    def signature(self, seen: Values) -> Values:
        return {case.name: part(seen[case.name], case.look_at) for case in self.cases}

    def _finding(self, case: Case, seen: Values, expected: Values, setting: Setting) -> Finding | None:
        got, want = seen[case.name], expected[case.name]
        found = failure_of(got)
        if found:
            return found
        if case.look_at:
            want = {key: want[key] for key in case.look_at}
        tolerance, scale = Tolerance(self.tolerance, self.absolute), Scale(_names(case, setting))
        what = "" if isinstance(want, dict) else self.call.replace("_", " ")
        return difference(got, want, what, tolerance, scale)

    def _reading(self, name: str, seen: Values, expected: Values) -> Reading | None:
        """The other right answer that this is, if it is one."""
        case = next(case for case in self.cases if case.name == name)
        got, want = part(seen[name], case.look_at), part(expected[name], case.look_at)
        tolerance = Tolerance(self.tolerance, self.absolute)
        alike = (each for each in case.also_right if is_multiple(got, want, each.times, each.plus, tolerance))
        return next(alike, None)

    def _told(self, found: dict[str, Finding | None]) -> tuple[Finding, ...]:
        """One finding for each way of failing: three cases with the same traceback are one thing to mend."""
        told: dict[tuple[str, ...], Finding] = {}
        for case in self.cases:
            finding = found[case.name]
            if finding is None:
                continue
            key = (finding.code, finding.message if finding.where or finding.code in _ONE_CAUSE else case.name)
            costs = "" if case.weight else " This costs no points."
            message = f"With {case.name}: {finding.message}{costs}"
            code = finding.code if case.weight else "remark"
            own = finding.hint if finding.where or finding.code in _ONE_CAUSE else case.hint or finding.hint
            told.setdefault(key, Finding(code, message, own, finding.where))
        return tuple(told.values())

    def helper(self) -> str:
        made = (argument for case in self.cases for argument in case.arguments)
        return "" if any(isinstance(each, Model | Optimizer) for each in made) else self.call

    def models(self) -> tuple[str, ...]:
        return tuple(a.model for case in self.cases for a in case.arguments if isinstance(a, Model))


def _remark(reading: Reading) -> Finding:
    return Finding("remark", f"Read as {reading.name}, which is right too. This costs no points.")


def _names(case: Case, setting: Setting) -> dict[str, float]:
    """The constants of this case that a wrong factor may turn out to be."""
    names = {f"the number of {name}": float(size) for name, size in setting.sizes.items() if size > 1}
    shapes = [setting.shape(tuple(argument.dimensions())) for argument in case.arguments]
    rows = next((shape[0] for shape in shapes if shape), 0)
    return {"the number of rows": float(rows), **names} if rows > 1 else names


_ONE_CAUSE = frozenset({"died", "missing", "protocol", "returned-none", "syntax-error", "timeout", "unusable-value"})

CHECK = Value
