"""A notebook run anew in the sandbox, cell by cell, without Jupyter: a kernel needs sockets, which no sandbox gives.

The cells run in a worker as hand-ins do, and what it tells is a claim: texts and pictures of bounded size, put into a
notebook of today's format, whose other parts are those that were read.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.driver import Driver
from grader.errors import StudentError
from grader.notebooks import Cell, Notebook, Output
from grader.sandbox import Limits, Sandbox
from grader.session import Session, Student

__all__ = ["Executed", "Room", "as_json", "execute"]

DRIVER = """
PACKAGES = {packages!r}

from grader.worker.cells import Cells as Driver
"""
PNG = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 64 << 20  # of all pictures
MOST_LINES, LONGEST = 40, 120_000  # of a traceback, and characters of one text


@dataclass(frozen=True, slots=True)
class Room:
    """How much running a notebook may take, and what it may import beside numpy."""

    cell: float = 60.0  # seconds
    total: float = 600.0
    memory: int = 4 << 30  # bytes
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook with what its cells put out just now."""

    notebook: Notebook
    failed: tuple[int, ...] = ()  # cells that raised
    not_run: tuple[int, ...] = ()  # cells after one that raised, or that cost the worker


def execute(
    notebook: Notebook,
    name: str,
    files: Mapping[str, bytes],
    sandbox: Sandbox,
    room: Room,
    go_on: bool = False,
    done: Callable[[Cell], None] = lambda _: None,
) -> Executed:
    """Run the cells of code in their order.

    Args:
        name: the notebook's path in the hand-in.
        files: what lies beside it, by path.
        go_on: run the cells after one that raised, too.
        done: is told each cell of code that was run.
    """
    limits = Limits(request=room.cell, training=room.cell, total=room.total, memory=room.memory)
    beside = {path: content for path, content in files.items() if path != name}
    driver = Driver.of(DRIVER.format(packages=room.packages).encode())
    with Session(beside, driver, sandbox, limits) as session:
        run = _Run(session.student(), name, go_on)
        cells = []
        for cell in notebook.cells:
            if cell.kind == "code":
                cell = run.cell(cell)
                done(cell)
            cells.append(cell)
    told = (*notebook.notes, "Its cells were run anew, and the outputs are those of that run.", *run.notes)
    made = replace(notebook, cells=tuple(cells), notes=told)
    return Executed(made, tuple(run.failed), tuple(run.not_run))


class _Run:
    """The cells so far."""

    def __init__(self, student: Student, name: str, go_on: bool) -> None:
        self.student = student
        self.failed: list[int] = []
        self.not_run: list[int] = []
        self.notes: list[str] = []
        self._name, self._go_on = name, go_on
        self._room = MOST_BYTES
        self._count = 0

    def cell(self, cell: Cell) -> Cell:
        """The cell with what it puts out; without anything where no cell is run any more."""
        if not cell.source.strip():
            return replace(cell, outputs=(), count=None)
        if not self.student.alive or (self.failed and not self._go_on):
            self.not_run.append(cell.number)
            return replace(cell, outputs=(), count=None)
        self._count += 1
        return replace(cell, outputs=tuple(self._outputs(cell)), count=self._count)

    def _outputs(self, cell: Cell) -> Iterator[Output]:
        try:
            told = self.student.call("run", source=cell.source, place=f"{self._name}, cell {cell.number}")
        except StudentError as error:
            self.failed.append(cell.number)
            told_so = error.failure.message.replace("run ", "The cell ", 1)
            self.notes.append(f"Cell {cell.number}: {told_so} No cell after it was run.")
            yield Output("error", told_so)
            return
        claimed = told if isinstance(told, dict) else {}
        if claimed.get("ended") is not True:
            self.failed.append(cell.number)
        if left_out := [str(line)[:200] for line in _list(claimed.get("left_out"))[:20]]:
            yield Output("stream", "".join(f"(left out here: {line})\n" for line in left_out), "stderr")
        for each in _list(claimed.get("outputs"))[:250]:
            if isinstance(each, dict) and (output := self._output(each)):
                yield output

    def _output(self, told: Mapping[str, Any]) -> Output | None:
        """One output, if it has the form of one."""
        kind, text, html = told.get("kind"), _text(told.get("text")), _text(told.get("html"))
        if kind == "stream":
            return Output("stream", text, "stderr" if told.get("name") == "stderr" else "stdout")
        if kind == "error":
            lines = [_text(line) for line in _list(told.get("lines"))[:MOST_LINES]]
            return Output("error", "\n".join(lines), f"{_text(told.get('name'))}: {_text(told.get('value'))}")
        if kind in ("result", "display"):
            return Output("shown", text, kind, {"text/plain": text, **({"text/html": html} if html else {})})
        png = told.get("png")
        content = png.tobytes() if isinstance(png, np.ndarray) and png.dtype == np.uint8 else b""
        if kind != "figure" or not content.startswith(PNG) or len(content) > self._room:
            return None
        self._room -= len(content)
        return Output("shown", "<Figure>", "display", {"image/png": base64.b64encode(content).decode()})


def as_json(notebook: Notebook) -> str:
    """The notebook in today's format."""
    told = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": [_cell(cell) for cell in notebook.cells],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _cell(cell: Cell) -> dict[str, Any]:
    told: dict[str, Any] = {"id": f"cell-{cell.number}", "cell_type": cell.kind, "source": cell.source}
    told["metadata"] = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.kind == "code":
        told |= {"execution_count": cell.count, "outputs": [_of(output, cell.count) for output in cell.outputs]}
    elif cell.attachments:
        told["attachments"] = {name: dict(forms) for name, forms in cell.attachments.items()}
    return told


def _of(output: Output, count: int | None) -> dict[str, Any]:
    if output.kind == "stream":
        return {"output_type": "stream", "name": output.name or "stdout", "text": output.text}
    if output.kind == "error":
        name, _, value = (output.name or "Error").partition(": ")
        return {"output_type": "error", "ename": name, "evalue": value, "traceback": output.text.split("\n")}
    data = {"data": dict(output.forms), "metadata": {}}
    if output.name == "result":
        return {"output_type": "execute_result", "execution_count": count, **data}
    return {"output_type": "display_data", **data}


def _list(claimed: Any) -> Sequence[Any]:
    return claimed if isinstance(claimed, list) else []


def _text(claimed: Any) -> str:
    return claimed[:LONGEST] if isinstance(claimed, str) else ""
