"""The text of a student's notebook as Markdown, and its pictures; nothing where it cannot be read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from itertools import islice

from grader.notebooks import Cell, Unreadable, read

__all__ = ["cells", "text_and_pictures"]

MOST_CELLS, MOST_PICTURES, LONGEST_PICTURE = 1000, 60, 6 << 20  # characters of base64
SHOWN = ("image/png", "image/jpeg")


def cells(content: bytes) -> tuple[Cell, ...]:
    """The notebook's cells in order; none where it is no notebook."""
    try:
        return read(content).cells[:MOST_CELLS]
    except Unreadable:
        return ()


def text_and_pictures(content: bytes, mark: str) -> tuple[str, dict[str, bytes]]:
    """The text cells as Markdown, with a picture for each one that code put out; and the pictures by their source.

    `mark` tells the sources of one notebook from those of another.
    """
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in cells(content):
        room = MOST_PICTURES - len(pictures)  # never below zero, since no more than that is added
        if cell.kind == "markdown":
            prefix = f"attachment:{mark}-{cell.number}-"
            parts.append(cell.source.replace("](attachment:", f"]({prefix}"))
            own = dict(islice(_attached(cell, prefix), room))
        else:
            shown = islice(_put_out(cell), room)
            own = {f"output:{mark}-{cell.number}-{place}": content for place, content in enumerate(shown, 1)}
            parts += [f"![put out by cell {cell.number}]({source})" for source in own]
        pictures |= own
    return "\n\n".join(parts), pictures


def _attached(cell: Cell, prefix: str) -> Iterator[tuple[str, bytes]]:
    for name, forms in cell.attachments.items():
        yield from ((f"{prefix}{name}", content) for content in _decoded(forms))


def _put_out(cell: Cell) -> Iterator[bytes]:
    for output in cell.outputs:
        yield from _decoded(output.forms)


def _decoded(forms: Mapping[str, str]) -> Iterator[bytes]:
    """The picture of what has several forms of the same."""
    form = next((forms[media] for media in SHOWN if media in forms), None)
    if form is not None and len(form) <= LONGEST_PICTURE:
        try:
            yield base64.b64decode(form)
        except (binascii.Error, ValueError):
            return
