"""What Python 3.12 has and 3.11 does not: f-strings with their own kind of quote, `type` statements, some names."""

from __future__ import annotations

import ast
import itertools
import math
import re
import typing
import warnings
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

__all__ = ["in_earlier_words", "offer_names"]

_MOST = 40  # lines that are rewritten
_START = re.compile(r"""(?<!\w)(?:[fF][rR]?|[rR][fF])(['"])(?!\1\1)""")
_TYPE = re.compile(r"^(\s*)type\s+(\w+)\s*(?:\[[^\]=]*\]\s*)?=(?!=)\s*")
_BREAKS = {
    f"{quote}{sign}{quote}": f"chr({ord(meant)})" for quote in "'\"" for sign, meant in (("\\n", "\n"), ("\\t", "\t"))
}


def in_earlier_words(text: str) -> str:
    """The same source with such f-strings as Python 3.11 writes them; a line stays the line that it is."""
    lines = text.split("\n")
    for _ in range(_MOST):
        broken = _broken_line("\n".join(lines))
        if not 0 < broken <= len(lines) or (mended := _rewritten(lines[broken - 1])) == lines[broken - 1]:
            break
        lines[broken - 1] = mended
    return "\n".join(lines)


def offer_names() -> None:
    """Give the standard library the names that a hand-in of a later Python asks it for, where it lacks them."""
    for module, names in _NAMES.items():
        for name, value in names.items():
            if not hasattr(module, name):
                setattr(module, name, value)


def _override(method: Callable[..., Any]) -> Callable[..., Any]:
    return method


def _batched(iterable: Iterable[Any], n: int) -> Iterator[tuple[Any, ...]]:
    if n < 1:
        raise ValueError("n must be at least one")
    rest = iter(iterable)
    return iter(lambda: tuple(itertools.islice(rest, n)), ())


def _sumprod(p: Iterable[Any], q: Iterable[Any]) -> Any:
    return sum(one * other for one, other in zip(p, q, strict=True))


_NAMES: dict[ModuleType, dict[str, Any]] = {
    typing: {"override": _override},
    itertools: {"batched": _batched},
    math: {"sumprod": _sumprod},
}


def _broken_line(text: str) -> int:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 0
    return 0


def _rewritten(line: str) -> str:
    if found := _TYPE.match(line):  # what it stands for is looked at by type checkers only
        return f"{found[1]}{found[2]} = __import__('typing').Any; _ = lambda: {line[found.end() :]}"
    told, place = [], 0
    while found := _START.search(line, place):
        told.append(line[place : found.end()])
        string, place = _string(line, found.end(), found[1])
        told.append(string)
    return "".join([*told, line[place:]])


def _string(line: str, place: int, quote: str) -> tuple[str, int]:
    """The rest of an f-string in earlier words, and where it ends."""
    told, depth = "", 0
    while place < len(line):
        two = line[place : place + 2]
        if depth == 0 and (two[0] == "\\" or two in ("{{", "}}")):
            told, place = told + two, place + 2
        elif depth and (plain := _BREAKS.get(line[place : place + 4])):
            told, place = told + plain, place + 4
        elif two[0] == quote and depth == 0:
            return told + quote, place + 1
        else:
            depth += (two[0] == "{") - (two[0] == "}")
            told, place = told + ({"'": '"', '"': "'"}[quote] if two[0] == quote else two[0]), place + 1
    return told, place
