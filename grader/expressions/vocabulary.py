"""The words that a formula may be made of: the variables and indices of its question, and the functions of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["CONSTANTS", "FUNCTIONS", "KEYWORDS", "Name", "Vocabulary"]

# Each function by the spellings that are met; the value is the name it has in `evaluation`.
FUNCTIONS: Mapping[str, str] = {
    "exp": "exp",
    "ln": "ln",
    "log": "ln",
    "sqrt": "sqrt",
    "abs": "abs",
    "tanh": "tanh",
    "sinh": "sinh",
    "cosh": "cosh",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "sigmoid": "sigmoid",
    "sigma": "sigmoid",
    "logistic": "sigmoid",
    "expit": "sigmoid",
    "softmax": "softmax",
    "softplus": "softplus",
    "relu": "relu",
    "sign": "sign",
    "sgn": "sign",
    "square": "square",
    "max": "max",
    "maximum": "max",
    "min": "min",
    "minimum": "min",
    "sum": "sum",
    "mean": "mean",
    "norm": "norm",
    "dot": "dot",
    "inner": "dot",
    "outer": "outer",
    "diag": "diag",
    "onehot": "onehot",
    "delta": "delta",
    "kronecker": "delta",
    "krondelta": "delta",
    "indicator": "indicator",
}
CONSTANTS = frozenset({"e", "pi"})
KEYWORDS = frozenset({"and", "else", "for", "if", "in", "otherwise", "where", "when"})


@dataclass(frozen=True, slots=True)
class Name:
    """One variable: how many indices it has, and what it is a function of, if that may be written too: s(z)."""

    name: str
    rank: int = 0
    of: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """What a question's formulas may name; keys of `names` are spellings without underscores."""

    names: Mapping[str, Name] = field(default_factory=dict)
    indices: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()  # superscripts that are no powers

    def name(self, spelling: str) -> Name | None:
        """The variable of this spelling, in other letters' case where that is clear."""
        return self.names.get(spelling) or self._in_any_case.get(spelling.casefold())

    def function(self, spelling: str) -> str | None:
        """The function of this spelling."""
        return FUNCTIONS.get(spelling) or FUNCTIONS.get(spelling.casefold())

    def knows(self, spelling: str) -> bool:
        """Whether a formula may use this word for a value."""
        return bool(self.name(spelling) or spelling in CONSTANTS or self.function(spelling))

    @cached_property
    def _in_any_case(self) -> Mapping[str, Name]:
        spellings = [spelling.casefold() for spelling in self.names]
        return {s.casefold(): name for s, name in self.names.items() if spellings.count(s.casefold()) == 1}
