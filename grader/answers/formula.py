"""A formula that a student derived, compared with the reference's at random points: equal there is equal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from grader.answers.opinion import Opinion, Slipped, formula_in, unreadable
from grader.expressions import (
    Call,
    Compare,
    ExpressionError,
    Name,
    Node,
    Variable,
    Vocabulary,
    agree,
    evaluate,
    parse,
    readings,
    whole,
    written,
)
from grader.model import Finding
from grader.probes import Normal, Probabilities, Setting, Shape, Uniform

__all__ = ["Formula"]

Point: TypeAlias = Mapping[str, Any]
LONGEST_VECTOR = 8
_STRICT = ConfigDict(extra="forbid", frozen=True)


class Choice(BaseModel):
    """One of these numbers, or an array of them."""

    model_config = _STRICT

    choice: Annotated[tuple[float, ...], Field(min_length=1)] = Field(description="The numbers to choose from.")
    shape: Shape = Field(default=(), description="Of an array; a single number, without it.")


class Derived(BaseModel):
    """What follows from the variables before it: {equals: softmax(z)}."""

    model_config = _STRICT

    equals: Annotated[str, Field(min_length=1)] = Field(description="A formula in the variables before it.")


_KINDS = ("normal", "uniform", "probabilities", "choice", "equals")


def _kind(value: object) -> str | None:
    if isinstance(value, BaseModel):
        return next(iter(type(value).model_fields))
    return next((name for name in _KINDS if isinstance(value, Mapping) and name in value), None)


Quantity = Annotated[
    Annotated[Normal, Tag("normal")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Probabilities, Tag("probabilities")]
    | Annotated[Choice, Tag("choice")]
    | Annotated[Derived, Tag("equals")],
    Discriminator(
        _kind,
        custom_error_type="unknown_variable",
        custom_error_message="a variable is one of " + ", ".join(f"{{{name}: …}}" for name in _KINDS),
    ),
]


class FormulaSlip(Slipped):
    """A wrong formula that is met often."""

    formula: Annotated[str, Field(min_length=1)] = Field(description="The wrong formula.")


class Formula(BaseModel):
    """A formula in these variables; an answer may be one, or one for each case."""

    model_config = _STRICT

    variables: Annotated[dict[str, Quantity], Field(min_length=1)] = Field(
        description="Drawn at random as arguments are, or following from those before."
    )
    indices: Annotated[tuple[Annotated[str, Field(pattern="^[a-z]$")], ...], Field(max_length=2)] = Field(
        default=(), description="Letters that run over the entries of the vectors."
    )
    also: dict[str, str] = Field(default={}, description="Other spellings, each with the variable that it stands for.")
    labels: tuple[str, ...] = Field(
        default=(), description="Superscripts that are no powers, such as the n of a sample."
    )
    cases: dict[str, str] = Field(
        default={}, description="A condition for each case, such as i = j; each earns its share."
    )
    slips: tuple[FormulaSlip, ...] = Field(default=(), description="Wrong formulas that are met often.")
    points: Annotated[int, Field(ge=8, le=64)] = Field(
        default=12, description="At so many random points the answer agrees with the reference's."
    )
    tolerance: Annotated[float, Field(gt=0, lt=0.01)] = Field(
        default=1e-8, description="The largest relative error at a point."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Formula:
        for spelling, name in self.also.items():
            if name not in self.variables:
                raise ValueError(f"also: {spelling!r} stands for {name!r}, which is no variable")
        sizes = {size for shape in map(_shape, self.variables.values()) for size in shape}
        if len(sizes) > 1 or any(isinstance(size, int) and size > LONGEST_VECTOR for size in sizes):
            raise ValueError(f"all vectors have the same length here, of at most {LONGEST_VECTOR}")
        if self.indices and not (sizes or any(isinstance(each, Derived) for each in self.variables.values())):
            raise ValueError("indices are there, and no variable has entries")
        self._try_out()
        return self

    def _try_out(self) -> None:
        """Read every formula of the rubric once, on numbers that stand for any."""
        setting = Setting(0, dict.fromkeys(_names_of_sizes(self.variables), 3), {})
        try:
            asked = self.asked(setting)
            for slip in self.slips:
                asked.values(asked.read(slip.formula))
            for condition in self.cases.values():
                _condition(condition, asked.words)
        except ExpressionError as error:
            raise ValueError(f"a formula of this question cannot be read: {error} (column {error.column})") from None

    def opinion(self, answer: Any, right: Any, setting: Setting) -> Opinion:
        """What is thought of an answer, by the reference's.

        Raises:
            ExpressionError: the reference's answer is none.
        """
        asked = self.asked(setting)
        parts = self._parts(asked)
        expected = [asked.values(asked.read(text or ""))[0] for text in _texts(right, parts)]
        texts = _texts(answer, parts)
        found: list[_Compared] = []
        for part, text, want in zip(parts, texts, expected, strict=True):
            try:
                found.append(asked.compared(part, text, want, self.tolerance))
            except ExpressionError as error:
                return unreadable(formula_in(text or ""), error)
        return self._opinion(asked, found)

    def _opinion(self, asked: _Asked, found: Sequence[_Compared]) -> Opinion:
        right = [each.right for each in found]
        if not all(right):
            for slip in self.slips:
                wrong = asked.values(asked.read(slip.formula))[0]
                if all(each.is_as(wrong, self.tolerance) for each in found):
                    return slip.opinion()
        return Opinion(sum(right) / len(right), tuple(each.finding() for each in found if not each.right))

    def asked(self, setting: Setting) -> _Asked:
        """The question with its random points and its vocabulary."""
        names = {_canonical(name): Name(name, len(_shape(each))) for name, each in self.variables.items()}
        length = max((size for each in self.variables.values() for size in setting.shape(_shape(each))), default=1)
        points = [self._point(setting, number, length, names) for number in range(self.points)]
        names |= {_canonical(spelling): names[_canonical(name)] for spelling, name in self.also.items()}
        return _Asked(Vocabulary(names, self.indices, frozenset(self.labels)), points, length)

    def _point(self, setting: Setting, number: int, length: int, names: dict[str, Name]) -> Point:
        """One value for each variable; what follows from others gets its rank here too."""
        rng = setting.rng("point", number)
        drawn: dict[str, Any] = {}
        for name, each in self.variables.items():
            if isinstance(each, Derived):
                known = Vocabulary({key: value for key, value in names.items() if value.name in drawn})
                node = parse(each.equals, known)
                drawn[name] = whole(node, drawn, length)
                names[_canonical(name)] = Name(name, np.ndim(drawn[name]), _argument(node))
            else:
                drawn[name] = _draw(each, setting, rng)
        return drawn

    def _parts(self, asked: _Asked) -> list[_Part]:
        if not self.cases:
            return [_Part("", np.ones((asked.length,) * len(self.indices), bool))]
        conditions = {name: _condition(text, asked.words) for name, text in self.cases.items()}
        return [_Part(name, asked.values(node)[0][0] != 0) for name, node in conditions.items()]


@dataclass(frozen=True)
class _Part:
    """One case: its name, and at which values of the indices it counts."""

    name: str
    where: np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class _Asked:
    """A question, ready to work out formulas."""

    words: Vocabulary
    points: Sequence[Point]
    length: int

    def read(self, text: str) -> list[Node]:
        return readings(formula_in(text), self.words)

    def values(self, nodes: Sequence[Node] | Node) -> list[list[np.ndarray[Any, Any]]]:
        """For each reading that can be worked out, its value at each point.

        Raises:
            ExpressionError: none can.
        """
        found, problem = [], None
        for node in [nodes] if not isinstance(nodes, Sequence) else nodes:
            try:
                found.append([evaluate(node, point, self.words.indices, self.length) for point in self.points])
            except ExpressionError as error:
                problem = problem or error
        if problem and not found:
            raise problem
        return found

    def compared(self, part: _Part, text: str | None, want: list[np.ndarray[Any, Any]], tolerance: float) -> _Compared:
        """The answer to one part beside the reference's, in the reading that is right, if one is."""
        if text is None:
            return _Compared(self, part, None, [], want, False)
        nodes = self.read(text)
        all_compared = [
            _Compared(self, part, node, values, want, part_agrees(part, values, want, tolerance))
            for node in nodes
            for values in self.values(node)
        ]
        return next((each for each in all_compared if each.right), all_compared[0])


@dataclass(frozen=True)
class _Compared:
    """One part of an answer beside what is expected there."""

    asked: _Asked
    part: _Part
    node: Node | None  # None: this part was left out
    values: Sequence[np.ndarray[Any, Any]]
    want: Sequence[np.ndarray[Any, Any]]
    right: bool

    def is_as(self, wrong: Sequence[np.ndarray[Any, Any]], tolerance: float) -> bool:
        return self.node is not None and part_agrees(self.part, self.values, wrong, tolerance)

    def finding(self) -> Finding:
        """What is wrong with this part, as far as numbers tell it."""
        which = f"The case {self.part.name}" if self.part.name else "The formula"
        if self.node is None:
            return Finding("no-answer", f"{which} has no answer.")
        read = f"\nIt was read as  {written(self.node)}"
        return Finding("wrong-formula", f"{which} is wrong: {self._seen()}{read}", self._hint())

    def _seen(self) -> str:
        got, want = (np.concatenate([each[self.part.where] for each in side]) for side in (self.values, self.want))
        if not np.all(np.isfinite(got)):
            return "it has no value at some of the points where it should."
        factor = _factor(got, want)
        if factor is not None and np.isclose(factor, -1):
            return "it has the opposite sign everywhere."
        if factor is not None and factor:
            return f"it is {factor:.4g} times what is expected, everywhere."
        return self._example()

    def _example(self) -> str:
        """One point at which the two differ, where few numbers say it."""
        point = self.asked.points[0]
        told = [f"{name} = {float(value):.3g}" for name, value in point.items() if np.ndim(value) == 0]
        if self.asked.words.indices or len(told) < len(point) or len(told) > 4:
            return "it is not equal to what is expected."
        got, want = float(self.values[0]), float(self.want[0])
        return f"it is not equal to what is expected: at {', '.join(told)} it gives {got:.4g}, not {want:.4g}."

    def _hint(self) -> str:
        if self.asked.words.indices and all(np.all(each == each.flat[0]) for each in self.values):
            return "Does it depend on no index at all?"
        return "Try it with numbers of your own, against a difference quotient."


def part_agrees(part: _Part, values: Sequence[Any], want: Sequence[Any], tolerance: float) -> bool:
    """Whether two formulas agree at every point where the part counts."""
    return all(
        bool(np.all(agree(got[part.where], right[part.where], tolerance)))
        for got, right in zip(values, want, strict=True)
    )


def _factor(got: np.ndarray[Any, Any], want: np.ndarray[Any, Any]) -> float | None:
    """The number that turns what is expected into what came, if there is one."""
    if not want.size or np.any(want == 0):
        return None
    ratios = np.asarray(got / want)
    return float(ratios[0]) if np.ptp(ratios) <= 1e-8 * abs(ratios[0]) else None


def _texts(answer: Any, parts: Sequence[_Part]) -> list[str | None]:
    """The text for each part: the answer itself, or where it has one for each case, that one."""
    if isinstance(answer, Mapping):
        by_name = {_spelled(str(key)): value for key, value in answer.items()}
        single = next(iter(answer.values())) if len(answer) == 1 else None
        return [_text(by_name.get(_spelled(part.name), single if len(parts) == 1 else None)) for part in parts]
    if isinstance(answer, list):
        return [_text(each) for each in [*answer, *[None] * len(parts)][: len(parts)]]
    return [_text(answer)] * len(parts)


def _text(answer: Any) -> str | None:
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return repr(answer)
    return answer.strip("\"' \n") if isinstance(answer, str) else None


def _condition(text: str, words: Vocabulary) -> Node:
    node = parse(f"({text})", words)
    if not isinstance(node, Compare):
        raise ExpressionError(f"{text!r} is no condition such as i = j", 1)
    return node


def _argument(node: Node) -> str:
    """The variable of which this is a function, if it is one of just that."""
    if isinstance(node, Call) and len(node.arguments) == 1 and isinstance(node.arguments[0], Variable):
        return node.arguments[0].name
    return ""


def _draw(quantity: Any, setting: Setting, rng: np.random.Generator) -> Any:
    if isinstance(quantity, Choice):
        return rng.choice(quantity.choice, setting.shape(quantity.shape))
    nobody: Any = None  # these draw without asking the hand-in
    return quantity.make(nobody, setting, rng, ())


def _shape(quantity: Any) -> tuple[int | str, ...]:
    if isinstance(quantity, Derived):
        return ()
    return tuple(quantity.shape if isinstance(quantity, Choice) else quantity.dimensions())


def _names_of_sizes(variables: Mapping[str, Any]) -> list[str]:
    return [size for each in variables.values() for size in _shape(each) if isinstance(size, str)]


def _canonical(spelling: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", spelling)


def _spelled(key: str) -> str:
    return re.sub(r"[\W_]+", "", key.casefold())
