"""The cells of a student's notebook, of whatever age, and its pictures; nothing where it cannot be read."""

from __future__ import annotations

import base64
import binascii
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import islice
from typing import Any

__all__ = ["cells", "joined", "text_and_pictures"]

MOST_CELLS, MOST_PICTURES, LONGEST_PICTURE = 1000, 60, 6 << 20  # characters of base64
SHOWN = ("image/png", "image/jpeg")


def cells(content: bytes) -> list[Mapping[str, Any]]:
    """The notebook's cells in order."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it tells students to mend their notebooks' inner form
            notebook = import_module("nbformat").reads(content.decode("utf-8-sig", "replace"), as_version=4)
        return [cell for cell in notebook["cells"][:MOST_CELLS] if isinstance(cell, Mapping)]
    except Exception:  # not installed, or not a notebook: then there is nothing to take
        return []


def text_and_pictures(content: bytes, mark: str) -> tuple[str, dict[str, bytes]]:
    """The text cells as Markdown, with a picture for each one that code put out; and the pictures by their source.

    `mark` tells the sources of one notebook from those of another.
    """
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for number, cell in enumerate(cells(content), 1):
        room = MOST_PICTURES - len(pictures)  # never below zero, since no more than that is added
        if cell.get("cell_type") == "markdown":
            prefix = f"attachment:{mark}-{number}-"
            parts.append(joined(cell.get("source")).replace("](attachment:", f"]({prefix}"))
            own = dict(islice(_attached(cell, prefix), room))
        else:
            shown = islice(_put_out(cell), room)
            own = {f"output:{mark}-{number}-{place}": content for place, content in enumerate(shown, 1)}
            parts += [f"![put out by cell {number}]({source})" for source in own]
        pictures |= own
    return "\n\n".join(parts), pictures


def _attached(cell: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, bytes]]:
    attachments = cell.get("attachments")
    for name, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        yield from ((f"{prefix}{name}", content) for content in _decoded(bundle))


def _put_out(cell: Mapping[str, Any]) -> Iterator[bytes]:
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, Mapping):
            yield from _decoded(output.get("data"))


def _decoded(bundle: Any) -> Iterator[bytes]:
    """The picture of what has several forms of the same."""
    forms = [joined(bundle[kind]) for kind in SHOWN if kind in bundle] if isinstance(bundle, Mapping) else []
    for form in forms[:1]:
        if len(form) <= LONGEST_PICTURE:
            try:
                yield base64.b64decode(form)
            except (binascii.Error, ValueError):
                continue


def joined(source: Any) -> str:
    """A text of a notebook, which may be a list of lines."""
    return source if isinstance(source, str) else "".join(map(str, source or ()))
