"""What a formula is once it is read: a tree of few kinds of nodes, each with the column where it began."""

from __future__ import annotations

from dataclasses import dataclass
from math import e, pi
from typing import TypeAlias

__all__ = [
    "Binary",
    "Call",
    "Cases",
    "Compare",
    "Constant",
    "Indexed",
    "Negative",
    "Node",
    "Sum",
    "Variable",
    "written",
]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float
    column: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, or an index used as a number."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Indexed:
    """One entry: s_i, W[i, j]; a number counts from zero."""

    inside: Node
    indices: tuple[str | int, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Negative:
    """A minus sign before something."""

    inside: Node
    column: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Two things and what is between them: + - * / ^ @, or nothing, which is a product too."""

    sign: str
    left: Node
    right: Node
    column: int


@dataclass(frozen=True, slots=True)
class Compare:
    """One where the comparison holds, else zero."""

    sign: str
    left: Node
    right: Node
    column: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments; transposing is one."""

    function: str
    arguments: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over all values of an index for which the condition holds."""

    index: str
    inside: Node
    condition: Node | None
    column: int


@dataclass(frozen=True, slots=True)
class Cases:
    """The first piece whose condition holds; None holds always."""

    pieces: tuple[tuple[Node, Node | None], ...]
    column: int


Node: TypeAlias = Constant | Variable | Indexed | Negative | Binary | Compare | Call | Sum | Cases

_CONSTANTS = {e: "e", pi: "π"}
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "@": 2, "": 2, "^": 4}


def written(node: Node) -> str:
    """The formula with every product and bracket written out, so that its author sees how it was read."""
    return _text(node, 0)


def _text(node: Node, around: int) -> str:
    match node:
        case Constant(value):
            return _CONSTANTS.get(value) or f"{value:g}"
        case Variable(name):
            return name
        case Indexed(inside, indices):
            told = ",".join(str(index + 1) if isinstance(index, int) else index for index in indices)
            return f"{_text(inside, 5)}_{told if len(told) == 1 else '{' + told + '}'}"
        case Negative(inside):
            return _bracketed(f"−{_text(inside, 2)}", around > 1)
        case Binary(sign, left, right):
            return _binary(sign, left, right, around)
        case Compare(sign, left, right):
            return f"[{_text(left, 0)} {'≠' if sign == '!=' else sign} {_text(right, 0)}]"
        case Call("transpose", (inside,)):
            return f"{_text(inside, 5)}ᵀ"
        case Call(function, arguments):
            return f"{function}({', '.join(_text(each, 0) for each in arguments)})"
        case Sum(index, inside, condition):
            over = index if condition is None else f"{index}: {_text(condition, 0)}"
            return _bracketed(f"sum over {over} of {_text(inside, 3)}", around > 0)
        case Cases(pieces):
            return "; ".join(_piece(inside, condition) for inside, condition in pieces)


def _binary(sign: str, left: Node, right: Node, around: int) -> str:
    strength = _STRENGTH[sign]
    shown = {"*": "·", "": "·", "-": "−"}.get(sign, sign)
    between = f" {shown} " if strength == 1 else shown
    # A power's base and whatever follows − or / needs its brackets at equal strength.
    text = f"{_text(left, strength + (sign == '^'))}{between}{_text(right, strength + (sign in '-/@'))}"
    return _bracketed(text, strength < around)


def _bracketed(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def _piece(inside: Node, condition: Node | None) -> str:
    return f"{_text(inside, 0)} if {_text(condition, 0)}" if condition else f"{_text(inside, 0)} otherwise"
