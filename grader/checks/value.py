"""`kind: value`: a helper or a forward pass gives what the reference gives, on inputs nobody has seen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.checks import Check, attempt, decide, failure_of, in_case, part
from grader.compare import Tolerance, Wrong, first_difference, is_multiple
from grader.compare.explanations import DOUBLE, Look, Scale, common_factor, explain, number
from grader.model import Finding, Values, Verdict
from grader.probes import Argument, Fixed, Labels, Model, Optimizer, Setting, make_all, named_sizes, unique_names

if TYPE_CHECKING:
    from grader.session import Student


class Reading(BaseModel):
    """Another right answer: `times` the reference's value `plus` a constant, each a number or a range of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)] = Field(description="What the student is told that it was read as.")
    times: float | tuple[float, float] = Field(default=1.0, description="The factor, or a range of factors.")
    plus: float | tuple[float, float] = Field(default=0.0, description="What is added to it, or a range.")


class Case(BaseModel):
    """One call with its arguments; `weight` is its share, 0 for a remark that costs nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(description="Read after the word “With”: a single row.")
    arguments: tuple[Argument, ...] = Field(description="What the method is given, in its order.")
    weight: Annotated[float, Field(ge=0)] = Field(
        default=1.0, description="The case's share; 0 is a remark that costs nothing."
    )
    look_at: tuple[str, ...] = Field(default=(), description="Only these keys of what it returns.")
    needs: str = Field(
        default="", description="The name of a case that must be right too, so that doing nothing earns nothing."
    )
    also_right: tuple[Reading, ...] = Field(
        default=(), description="Other conventions; an answer follows one of them as a whole."
    )
    hint: str = Field(default="", description="What to try, in place of the grader's own words.")


class Value(Check):
    """A call of the driver's vocabulary returns what the reference returns, case by case."""

    EXAMPLE = "{kind: value, call: softmax, cases: [{name: a batch of scores, arguments: [{normal: [6, classes]}]}]}"
    kind: Literal["value"]
    call: str = Field(description="The driver's method that is called.")
    cases: Annotated[tuple[Case, ...], Field(min_length=1)] = Field(description="The calls, each with its share.")
    tolerance: Annotated[float, Field(gt=0)] = Field(
        default=DOUBLE, description="The largest relative error. For float32 it is 0.0001."
    )
    absolute: Annotated[float, Field(ge=0)] = Field(
        default=1e-12, description="The largest absolute error, for values near zero."
    )
    what: str = Field(default="", description="What comes back, as a message names it; otherwise the name of the call.")

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
        found = {case.name: self._difference(case, seen, expected) for case in self.cases}
        readings = {name: self._reading(name, seen, expected) for name, finding in found.items() if finding}
        found |= {name: None for name, reading in readings.items() if reading}
        right = [c for c in self.cases if not found[c.name] and not found.get(c.needs)]
        total = sum(case.weight for case in self.cases)
        fraction = sum(case.weight for case in right) / total if total else 1.0
        crashed = all(failure_of(seen[case.name]) for case in self.cases)
        remarks = tuple(dict.fromkeys(_remark(reading) for reading in readings.values() if reading))
        told = (*self._told_together(found, setting), *self._told(found, setting))
        return decide(fraction, (*told, *remarks), crashed=crashed)

    def signature(self, seen: Values) -> Values:
        return {case.name: part(seen[case.name], case.look_at) for case in self.cases}

    def _difference(self, case: Case, seen: Values, expected: Values) -> Finding | Wrong | None:
        got, want = seen[case.name], expected[case.name]
        found = failure_of(got)
        if found:
            return found
        if case.look_at:
            want = {key: want[key] for key in case.look_at}
        what = "" if isinstance(want, dict) else self.what or self.call.replace("_", " ")
        return first_difference(got, want, what, Tolerance(self.tolerance, self.absolute))

    def _reading(self, name: str, seen: Values, expected: Values) -> Reading | None:
        """The other right answer that this is, if it is one."""
        case = next(case for case in self.cases if case.name == name)
        got, want = part(seen[name], case.look_at), part(expected[name], case.look_at)
        tolerance = Tolerance(self.tolerance, self.absolute)
        alike = (each for each in case.also_right if is_multiple(got, want, each.times, each.plus, tolerance))
        return next(alike, None)

    def _told_together(self, found: dict[str, Finding | Wrong | None], setting: Setting) -> list[Finding]:
        """One finding where a factor is the same in several cases, or follows from the case; they are taken out."""
        told = []
        for what in dict.fromkeys(each.what for each in found.values() if isinstance(each, Wrong)):
            same = [(c, each) for c in self.cases if isinstance(each := found[c.name], Wrong) and each.what == what]
            looks = [_look(case, wrong, setting, len(same)) for case, wrong in same]
            finding = common_factor(what, looks) if len({look.name for look in looks}) > 1 else None
            if finding and any(case.weight for case, _ in same):
                told.append(replace(finding, hint=same[0][0].hint or finding.hint))
                found.update(dict.fromkeys((case.name for case, _ in same), None))
        return told

    def _told(self, found: dict[str, Finding | Wrong | None], setting: Setting) -> list[Finding]:
        """One finding for each way of failing: three cases with the same traceback are one thing to mend."""
        told: dict[tuple[str, ...], Finding] = {}
        for case in self.cases:
            each = found[case.name]
            if each is None:
                continue
            finding = explain(each.what, [_look(case, each, setting)]) if isinstance(each, Wrong) else each
            one_cause = bool(finding.where) or finding.code in _ONE_CAUSE
            key = (finding.code, finding.message if one_cause else case.name)
            alone = one_cause and all(other == each for other in found.values())  # which case it is tells nothing then
            message = in_case("" if alone else case.name, finding.message, case.weight)
            code = finding.code if case.weight else "remark"
            own = finding.hint if one_cause else case.hint or finding.hint
            told.setdefault(key, Finding(code, message, own, finding.where))
        return list(told.values())

    def helper(self) -> str:
        made = (argument for case in self.cases for argument in case.arguments)
        return "" if any(isinstance(each, Model | Optimizer) for each in made) else self.call

    def models(self) -> tuple[str, ...]:
        return tuple(a.model for case in self.cases for a in case.arguments if isinstance(a, Model))

    def drawn_by(self) -> tuple[str, ...]:
        return (*super().drawn_by(), *named_sizes([a for case in self.cases for a in case.arguments]))


def _remark(reading: Reading) -> Finding:
    return Finding("remark", f"Read as {reading.name}, which is right too. This costs no points.")


def _look(case: Case, wrong: Wrong, setting: Setting, beside: int = 1) -> Look:
    """The numbers of a case beside the expected ones, called by the number of rows where there are rows."""
    names = _names(case, setting)
    rows = names.get(ROWS)
    name = f"{number(rows)} rows" if rows else case.name
    return Look(wrong.got, wrong.want, Scale(names), name if beside > 1 else "")


def _names(case: Case, setting: Setting) -> dict[str, float]:
    """The constants of this case that a wrong factor may turn out to be."""
    names = {f"the number of {name}": float(size) for name, size in setting.sizes.items() if size > 1}
    shapes = [setting.shape(tuple(argument.dimensions())) for argument in case.arguments]
    rows = next((shape[0] for shape in shapes if shape), 0)
    for argument in case.arguments:
        names |= _handed_over(argument)
    return {ROWS: float(rows), **names} if rows > 1 else names


def _handed_over(argument: Argument) -> dict[str, float]:
    """The numbers that a call is given: a coefficient may be missing, or be there twice."""
    if isinstance(argument, Optimizer):
        return {f"{name} in this call": value for name, value in argument.settings.items()}
    if isinstance(argument, Fixed) and isinstance(argument.value, float):
        return {"the number in this call": argument.value}
    return {}


ROWS = "the number of rows"
_ONE_CAUSE = frozenset({"died", "missing", "protocol", "returned-none", "syntax-error", "timeout", "unusable-value"})

CHECK = Value
