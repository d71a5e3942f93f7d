"""Bytes → the cells of a notebook. nbformat brings old ones up to date; of a damaged one, the whole cells are read."""

from __future__ import annotations

import codecs
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from typing import Any, Literal

from grader.notebooks.cutting import within

__all__ = ["Cell", "Notebook", "Output", "Unreadable", "read"]

ROOM = 48 << 20  # bytes that are read as JSON
MOST_CELLS, MOST_OUTPUTS = 2000, 200  # of a notebook, and of one cell
LONGEST_SOURCE, LONGEST_TEXT = 1 << 20, 8 << 20  # characters
CURRENT = 4  # the format of today

_FIRST_CELL, _BETWEEN = re.compile(r'"cells"\s*:\s*\[\s*'), re.compile(r"[\s,]*")

Kind = Literal["markdown", "code", "raw"]


class Unreadable(Exception):
    """What is not a notebook; the text says why."""


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that a cell put out, in the forms that are there."""

    kind: Literal["stream", "error", "shown"]
    text: str = ""  # what is printed, or what a form without pictures says
    name: str = ""  # stdout or stderr
    forms: Mapping[str, str] = field(default_factory=dict)  # by media type, such as image/png in base64


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; its number counts all of them, from one."""

    number: int
    kind: Kind
    source: str
    tags: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by name and media type
    count: int | None = None  # as the notebook numbered its runs


@dataclass(frozen=True, slots=True)
class Notebook:
    """What is in a notebook, and what a reader should know about it."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


def read(content: bytes, room: int = ROOM) -> Notebook:
    """The notebook.

    Raises:
        Unreadable: there is not one cell in it.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode()
    small = within(content, room)
    if len(small) > room:
        raise Unreadable(f"it is {len(content) >> 20} MiB long, and most of that is not outputs")
    notes = ["It is very long, so some outputs were left out."] if small is not content else []
    cells, problem = _cells(small.decode("utf-8-sig", "replace"))
    if problem:
        notes.append(problem)
    if len(cells) > MOST_CELLS:
        notes.append(f"Of {len(cells):,} cells, the first {MOST_CELLS:,} are shown.")
    found = [_cell(number, each) for number, each in enumerate(cells[:MOST_CELLS], 1) if isinstance(each, Mapping)]
    return Notebook(tuple(found), tuple(notes))


def _cells(text: str) -> tuple[list[Any], str]:
    """The cells as they stand there, and what is wrong with the file."""
    try:
        told = json.loads(text)
    except ValueError as error:
        cells = list(_whole_cells(text))
        if not cells:
            raise Unreadable(f"it is damaged: {_one_line(str(error))}") from None
        many = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        return cells, f"The file is damaged ({_one_line(str(error))}); {many} could be read before that."
    except RecursionError:
        raise Unreadable("its lists are nested too deeply") from None
    if not isinstance(told, dict):
        raise Unreadable("it is JSON, but no notebook")
    held = _up_to_date(told, text)
    if not isinstance(held.get("cells"), list):
        raise Unreadable("it is JSON, but no notebook: it has no cells")
    return held["cells"], ""


def _whole_cells(text: str) -> Iterator[Any]:
    """The cells up to the first that is damaged or cut off."""
    start = _FIRST_CELL.search(text)
    place, decoder = start.end() if start else len(text), json.JSONDecoder()
    while text.startswith("{", place):
        try:
            cell, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield cell
        place = _BETWEEN.match(text, place).end()  # type: ignore[union-attr]  # it matches nothing, too


def _up_to_date(told: dict[str, Any], text: str) -> Mapping[str, Any]:
    """The notebook in today's format; without nbformat, or where it fails, an old one's cells as they are."""
    version = told.get("nbformat")
    if "worksheets" not in told and (not isinstance(version, int) or version >= CURRENT):
        return told
    try:
        with warnings.catch_warnings(action="ignore"):  # it tells students to mend their notebooks' inner form
            return import_module("nbformat").reads(text, as_version=CURRENT)  # type: ignore[no-any-return]
    except Exception:  # not installed, or not what it says it is
        sheets = [told, *(each for each in _list(told.get("worksheets")) if isinstance(each, dict))]
        return {"cells": [cell for sheet in sheets for cell in _list(sheet.get("cells"))]}


def _cell(number: int, told: Mapping[str, Any]) -> Cell:
    kind: Kind = {"code": "code", "raw": "raw"}.get(str(told.get("cell_type")), "markdown")  # type: ignore[assignment]
    source = joined(told.get("source", told.get("input")))[:LONGEST_SOURCE]
    if told.get("cell_type") == "heading":  # of the third format
        source = f"## {source}"
    metadata = told.get("metadata")
    tags = _list(metadata.get("tags")) if isinstance(metadata, Mapping) else []
    outputs = _merged(_output(each) for each in islice(_list(told.get("outputs")), 20 * MOST_OUTPUTS))
    attached = told.get("attachments")
    attachments = {str(name): _forms(each) for name, each in attached.items()} if isinstance(attached, Mapping) else {}
    count = told.get("execution_count")
    numbered = count if isinstance(count, int) and 0 <= count < 10**6 else None
    return Cell(number, kind, source, tuple(map(str, tags)), tuple(outputs), attachments, numbered)


def _output(told: Any) -> Output:
    if not isinstance(told, Mapping):
        return Output("stream")
    kind = told.get("output_type")
    if kind in ("error", "pyerr"):
        lines = joined(told.get("traceback"), "\n")
        return Output("error", (lines or f"{joined(told.get('ename'))}: {joined(told.get('evalue'))}")[:LONGEST_TEXT])
    if kind == "stream" or ("text" in told and "data" not in told):
        return Output("stream", joined(told.get("text"))[:LONGEST_TEXT], str(told.get("name", "stdout"))[:20])
    forms = _forms(told.get("data"))
    return Output("shown", forms.get("text/plain", "")[:LONGEST_TEXT], forms=forms)


def _merged(outputs: Iterator[Output]) -> list[Output]:
    """Prints that follow each other as one: a loop that prints puts out one each time it flushes."""
    kept: list[Output] = []
    waiting: list[Output] = []
    for output in [*outputs, None]:
        if waiting and (output is None or (output.kind, output.name) != (waiting[0].kind, waiting[0].name)):
            kept.append(Output("stream", "".join(each.text for each in waiting)[:LONGEST_TEXT], waiting[0].name))
            waiting = []
        if output is not None:
            (waiting if output.kind == "stream" else kept).append(output)
    return kept[:MOST_OUTPUTS]


def _forms(bundle: Any) -> dict[str, str]:
    return {str(kind): joined(told) for kind, told in bundle.items()} if isinstance(bundle, Mapping) else {}


def joined(told: Any, between: str = "") -> str:
    """A text of a notebook, which may be a list of lines."""
    return told if isinstance(told, str) else between.join(part for part in _list(told) if isinstance(part, str))


def _list(told: Any) -> list[Any]:
    return told if isinstance(told, list) else []


def _one_line(text: str) -> str:
    return " ".join(text.split())[:120]
