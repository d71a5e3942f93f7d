"""A number that a student worked out, in whatever form it is written: 0.75, 3/4, 75 %."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from grader.answers.opinion import Opinion, Slipped, formula_in, unreadable
from grader.expressions import ExpressionError, Vocabulary, evaluate, parse
from grader.model import Finding

__all__ = ["Number"]


class NumberSlip(Slipped):
    """A wrong number that is met often."""

    value: float = Field(description="The wrong number.")


class Number(BaseModel):
    """A number, which may differ a little from the reference's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    relative: Annotated[float, Field(ge=0, lt=1)] = Field(default=0.01, description="The largest relative error.")
    absolute: Annotated[float, Field(ge=0)] = Field(default=0.0, description="The largest absolute error.")
    slips: tuple[NumberSlip, ...] = Field(default=(), description="Wrong numbers that are met often.")

    def opinion(self, answer: Any, right: Any) -> Opinion:
        """What is thought of an answer, by the reference's."""
        expected = _read(right)
        try:
            got = _read(answer)
        except ExpressionError as error:
            return unreadable(str(answer), error)
        if self._is(got, expected):
            return Opinion(1.0)
        slip = next((slip for slip in self.slips if self._is(got, slip.value)), None)
        return slip.opinion() if slip else Opinion(0.0, (_wrong(got, expected),))

    def _is(self, got: float, value: float) -> bool:
        return abs(got - value) <= self.absolute + self.relative * abs(value)  # false for a NaN


def _read(answer: Any) -> float:
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return float(answer)
    if not isinstance(answer, str):
        raise ExpressionError("one number is expected", 1)
    text = formula_in(answer).lstrip("≈~ ")
    return float(evaluate(parse(text, Vocabulary()), {}))


def _wrong(got: float, expected: float) -> Finding:
    if not math.isfinite(got):
        return Finding("wrong-number", "This is not a finite number.")
    if expected and math.isclose(got, -expected, rel_tol=1e-6):
        return Finding("wrong-number", f"{got:g} has the wrong sign.")
    if expected and any(math.isclose(got, expected * k, rel_tol=1e-6) for k in (100, 0.01)):
        return Finding("wrong-number", f"{got:g} is off by a factor of 100: a percent sign, perhaps?")
    return Finding("wrong-number", f"{got:g} is not the number that is asked for.", "Work it out once more.")
