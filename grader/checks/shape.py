"""`kind: shape`: a call returns an array of the expected shape, whatever its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from grader.checks import Check, decide
from grader.compare import numbers
from grader.model import Finding, Values, Verdict
from grader.probes import Argument, Model, Setting, Shape, make_all, named_sizes

if TYPE_CHECKING:
    from grader.session import Student


class ShapeCheck(Check):
    """A call on hidden inputs returns finite numbers in an array of this shape."""

    EXAMPLE = "{kind: shape, call: relu, arguments: [{normal: [4, 3]}], expect: [4, 3]}"
    kind: Literal["shape"]
    call: str = Field(description="The driver's method that is called.")
    arguments: tuple[Argument, ...] = Field(description="What it is given, in its order.")
    expect: Shape = Field(description="The shape of what it returns; a dimension is a number or the name of a size.")

    def observe(self, student: Student, setting: Setting) -> Values:
        arguments = make_all(self.arguments, student, setting, setting.rng("arguments"))
        return {"output": student.call(self.call, *arguments)}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        array, want = numbers(seen["output"]), setting.shape(self.expect)
        if array is None:
            return decide(0, (Finding("wrong-type", f"{self.call} did not return an array of numbers."),))
        if array.shape != want:
            return decide(0, (Finding("wrong-shape", f"{self.call} returned shape {array.shape}; expected {want}."),))
        return decide(1)

    def models(self) -> tuple[str, ...]:
        return tuple(a.model for a in self.arguments if isinstance(a, Model))

    def drawn_by(self) -> tuple[str, ...]:
        return (*super().drawn_by(), *named_sizes(self.arguments))


CHECK = ShapeCheck
