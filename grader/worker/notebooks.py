"""Code that was written in a notebook: its cells in one text, and no line that only a notebook can run."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

__all__ = ["NOTEBOOK", "code_of", "without_commands"]

NOTEBOOK = ".ipynb"

_COMMAND = re.compile(
    r"(\s*)(\w+\s*=\s*)?([%!?]|\w[\w.]*\?+\s*$)"
)  # `%matplotlib inline`, `!ls`, `files = !ls`, `sum?`
_CELL_OF_PYTHON = re.compile(r"\A%%(time|timeit|capture|prun|writefile \S+\.py)\b")  # others hold another language
_FIRST_CELL, _BETWEEN = re.compile(r'"cells"\s*:\s*\[\s*'), re.compile(r"[\s,]*")
_MOST_COMMANDS = 200


def code_of(notebook: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The code of a notebook in one text, and at which line each cell begins, with its number.

    A cell that Python cannot read is left out, as comments.
    """
    parts: list[str] = []
    starts: list[tuple[int, int]] = []
    line = 1
    for number, cell in _cells(notebook):
        parts.append(_readable(cell))
        starts.append((line, number))
        line += parts[-1].count("\n") + 1
    return "\n".join(parts), tuple(starts)


def _cells(notebook: str) -> Iterator[tuple[int, str]]:
    """The code cells and their numbers, counted from 1 among all cells."""
    held = _held(notebook)
    sheets = [held, *held.get("worksheets", [])]  # older notebooks keep their cells in sheets
    for number, cell in enumerate((cell for sheet in sheets for cell in sheet.get("cells", [])), start=1):
        if cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            yield number, "".join(map(str, source)) if isinstance(source, list) else str(source)


def _held(notebook: str) -> Any:
    """The notebook; of one that is cut off or damaged, the cells before that."""
    try:
        return json.loads(notebook)
    except ValueError:
        start = _FIRST_CELL.search(notebook)
        if start is None:
            raise
        return {"cells": [*_whole_cells(notebook, start.end())]}


def _whole_cells(notebook: str, place: int) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    while notebook.startswith("{", place):
        try:
            cell, place = decoder.raw_decode(notebook, place)
        except ValueError:
            return
        yield cell
        place = _BETWEEN.match(notebook, place).end()  # type: ignore[union-attr]  # it matches nothing, too


def _readable(cell: str) -> str:
    cell = _CELL_OF_PYTHON.sub("#", cell)
    text = without_commands(cell)
    is_python = not cell.startswith("%%") and _error(text) is None
    return text if is_python else "".join(f"# {line}\n" for line in cell.splitlines())


def without_commands(text: str) -> str:
    """The text with `pass` where a line is a command to the notebook; other slips stay as they are."""
    lines = text.split("\n")
    for _ in range(_MOST_COMMANDS):
        error = _error("\n".join(lines))
        number = error.lineno if error else None
        command = _COMMAND.match(lines[number - 1]) if number and number <= len(lines) else None
        if number is None or command is None:
            break
        lines[number - 1] = f"{command[1]}pass"
    return "\n".join(lines)


def _error(text: str) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error
    return None
