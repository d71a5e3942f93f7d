"""A linear threshold unit: any weights and bias that compute the truth table are right."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias, TypeGuard

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grader.answers.opinion import Opinion
from grader.model import Finding

__all__ = ["Unit"]

Weights: TypeAlias = tuple[tuple[float, ...], float]
MOST_CHARACTERS = 500


class Unit(BaseModel):
    """Weights and a bias of a unit that gives 1 where w·x + b is on the right side of zero."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: Annotated[
        tuple[Annotated[tuple[int, ...], Field(min_length=2)], ...], Field(min_length=2, max_length=64)
    ] = Field(description="The truth table: the inputs of each row, then its output.")
    fires: Literal[">= 0", "> 0"] = Field(default=">= 0", description="When the unit gives 1.")
    margin: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="The least distance of every row from the line."
    )

    @model_validator(mode="after")
    def _rows_are_alike(self) -> Unit:
        if {len(row) for row in self.table} != {len(self.table[0])}:
            raise ValueError("every row of the table has as many numbers as the first: the inputs, then the output")
        if any(row[-1] not in (0, 1) for row in self.table):
            raise ValueError("the last number of each row of the table is the output, 0 or 1")
        return self

    def opinion(self, answer: Any, right: Any) -> Opinion:
        """What is thought of an answer; the reference's has to be right too.

        Raises:
            ValueError: the reference's answer is none, or is wrong.
        """
        expected = _read(right, len(self.table[0]) - 1)
        if expected is None or self._findings(*expected):
            raise ValueError("the reference's unit does not compute its table")
        found = _read(answer, len(self.table[0]) - 1)
        if found is None:
            return _not_understood(answer, len(self.table[0]) - 1)
        wrong = self._findings(*found)
        return Opinion(0.0 if wrong else 1.0, tuple(wrong))

    def _findings(self, w: Sequence[float], b: float) -> list[Finding]:
        if not all(map(math.isfinite, (*w, b))):
            return [Finding("wrong-unit", "The weights and the bias have to be finite numbers.")]
        wrong = [row for row in self.table if self._output(row, w, b) != row[-1]]
        if wrong:
            return [Finding("wrong-unit", self._told(wrong, w, b), self._hint(w, b))]
        near = min(abs(_sum(row, w, b)) for row in self.table) / (math.hypot(*w) or 1.0)
        if near < self.margin * (1 - 1e-9):
            told = f"The line passes a point at a distance of {near:.3g}; at least {self.margin:g} is asked for."
            return [Finding("narrow-margin", told, "Move the line to the middle between the two groups of points.")]
        return []

    def _output(self, row: Sequence[int], w: Sequence[float], b: float) -> int:
        total = _sum(row, w, b)
        return int(total >= 0 if self.fires == ">= 0" else total > 0)

    def _told(self, wrong: Sequence[Sequence[int]], w: Sequence[float], b: float) -> str:
        row = wrong[0]
        inputs = ", ".join(map(str, row[:-1]))
        more = f", and {len(wrong) - 1} more of {len(self.table)} rows are wrong" if len(wrong) > 1 else ""
        seen = f"w·x + b is {_sum(row, w, b):g}, so the unit gives {self._output(row, w, b)}, not {row[-1]}"
        return f"For the input ({inputs}) {seen}{more}."

    def _hint(self, w: Sequence[float], b: float) -> str:
        if all(self._output(row, w, -b) == row[-1] for row in self.table):
            return "Look at the sign of the bias."
        condition = self.fires.replace(">=", "≥")
        return f"The unit gives 1 where w·x + b {condition}. Draw the points, and the line between them."


def _sum(row: Sequence[int], w: Sequence[float], b: float) -> float:
    return math.fsum([*(x * each for x, each in zip(row[:-1], w, strict=True)), b])


def _not_understood(answer: Any, inputs: int) -> Opinion:
    names = ", ".join(f"w{n} = …" for n in range(1, inputs + 1))
    told = f"The weights and the bias could not be found in this answer: {str(answer)[:120]!r}."
    return Opinion(None, (Finding("unreadable", told, f"Write them as {names}, b = …"),))


def _read(answer: Any, inputs: int) -> Weights | None:
    """The weights and the bias, however they are written down."""
    if isinstance(answer, str):
        answer = _assigned(answer[:MOST_CHARACTERS]) or _numbers(answer[:MOST_CHARACTERS])
    if isinstance(answer, Mapping):
        return _from_names(_flat(answer), inputs)
    numbers = [number for each in _list(_value(answer)) for number in _list(each)]
    if len(numbers) != inputs + 1 or not all(map(_is_number, numbers)):
        return None
    return tuple(map(float, numbers[:-1])), float(numbers[-1])


def _from_names(told: Mapping[str, Any], inputs: int) -> Weights | None:
    bias, threshold, together = (next((told[n] for n in names if n in told), None) for names in _SPELLINGS)
    w = _list(together) if together is not None else [told.get(f"w{n}") for n in range(1, inputs + 1)]
    if bias is None and _is_number(threshold):
        bias = -threshold
    if len(w) != inputs or not all(map(_is_number, w)) or not _is_number(bias):
        return None
    return tuple(map(float, w)), float(bias)


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    """The names without their spelling: W_1 is w1; what lies one level deeper lies beside."""
    flat: dict[str, Any] = {}
    for key, value in told.items():
        if isinstance(value, Mapping):
            flat |= {re.sub(r"[\W_]", "", str(name).casefold()): _value(each) for name, each in value.items()}
        else:
            flat[re.sub(r"[\W_]", "", str(key).casefold())] = _value(value)
    return flat


def _value(told: Any) -> Any:
    if isinstance(told, str):
        numbers = _numbers(told)
        return numbers[0] if len(numbers) == 1 else numbers
    return [_value(each) for each in told] if isinstance(told, list) else told


def _assigned(text: str) -> dict[str, Any]:
    """What is assigned in a text: w1 = w2 = 1, b = -1.5."""
    told: dict[str, Any] = {}
    for found in _ASSIGNMENT.finditer(_plain(text)):
        numbers = _numbers(found["value"])
        value = numbers if found["value"][0] in "([{" else numbers[0]
        names = re.split("[=:]", found["names"])[:-1]
        told |= dict.fromkeys((re.sub(r"[\W_]", "", name.casefold()) for name in names), value)
    return told


def _numbers(text: str) -> list[float]:
    return [_number(found) for found in _NUMBER.findall(_plain(text))]


def _number(text: str) -> float:
    above, _, below = text.replace(" ", "").partition("/")
    return float(above) / (float(below or 1) or math.nan)


def _plain(text: str) -> str:
    """The text with plain minus signs, without LaTeX's fractions, fonts and braces."""
    text = re.sub(r"[−–—]", "-", text)
    text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2", text)
    text = re.sub(r"\\(?:mathbf|vec|text|mathrm|boldsymbol)\s*\{(\w+)\}", r"\1", text)
    text = re.sub(r"\\(?:mathbf|vec)\b|\\[,;!]|\$|\^\s*(?:T|\\top)", "", text)
    return re.sub(r"_\s*\{?\s*(\w+)\s*\}?", r"\1", text).replace("\\", "")


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


_SPELLINGS = (("b", "bias", "w0", "b1"), ("threshold", "theta", "t"), ("w", "weights", "weight"))
_DIGITS = r"[-+]?\s?(?:\d{1,12}(?:\.\d{0,12})?|\.\d{1,12})(?:[eE][-+]?\d{1,3})?(?:\s?/\s?\d{1,12})?"
_NUMBER = re.compile(_DIGITS)
_ASSIGNMENT = re.compile(
    rf"(?P<names>(?:[A-Za-z]\w{{0,20}}\s{{0,3}}[=:]\s{{0,3}}){{1,4}})(?P<value>{_DIGITS}|[\[({{][^\])}}]{{0,200}}[\])}}])"
)
