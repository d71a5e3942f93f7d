"""The homework as notebooks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

SOLUTION = "solution"
TEST = """\
from types import SimpleNamespace
from homework import replay
replay.check({name!r}, SimpleNamespace(**globals()))"""


def plain(solution: str) -> str:
    """A notebook of one cell."""
    return _notebook([_cell(SOLUTION, solution)])


def of_nbgrader(solution: str, checks: Sequence[str]) -> str:
    """An instructor's version: a cell for the solution, and a cell of hidden tests worth a point for each check."""
    filled = _cell(
        SOLUTION, f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION", nbgrader=_role(SOLUTION, solution=True)
    )
    return _notebook([filled, *map(_test, checks)])


def filled_in(released: str, solution: str) -> str:
    """What a student makes of the released version."""
    notebook = json.loads(released)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = solution
    return json.dumps(notebook)


def _test(name: str) -> dict[str, Any]:
    hidden = f"### BEGIN HIDDEN TESTS\n{TEST.format(name=name)}\n### END HIDDEN TESTS"
    return _cell(name, hidden, nbgrader=_role(name, grade=True, locked=True, points=1))


def _role(name: str, **more: Any) -> dict[str, Any]:
    return {
        "schema_version": 3,
        "grade_id": name,
        "grade": False,
        "locked": False,
        "solution": False,
        "task": False,
        **more,
    }


def _cell(name: str, source: str, **metadata: Any) -> dict[str, Any]:
    shared = {"id": name, "cell_type": "code", "metadata": metadata, "source": source}
    return {**shared, "outputs": [], "execution_count": None}


def _notebook(cells: list[dict[str, Any]]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})
