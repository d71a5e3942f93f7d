"""f-strings that Python 3.12 reads and 3.11 does not: with their own kind of quote, or a line break, within braces."""

from __future__ import annotations

import ast
import re
import warnings

__all__ = ["in_earlier_words"]

_MOST = 40  # lines that are rewritten
_START = re.compile(r"""(?<!\w)(?:[fF][rR]?|[rR][fF])(['"])(?!\1\1)""")
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


def _broken_line(text: str) -> int:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 0
    return 0


def _rewritten(line: str) -> str:
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
