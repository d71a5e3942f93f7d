"""The part of a hand-in that holds one answer: cells with a tag, or all that stands below a heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from grader.answers.places import MOST_LINES, Note, begins, heading_levels, notes, plain, words
from grader.notebooks import Output

__all__ = ["Part", "Piece", "State", "part"]

State = Literal["there", "missing", "empty", "template"]

MOST_PIECES = 300
UNSAID = frozenset({"", "todo", "tbd", "answer", "your answer", "your answer here", "write your answer here"})
PICTURE = re.compile(
    r"!\[[^\]]{0,300}\]\( {0,3}<?([^)\s>]{1,2000})|<img\b[^>]{0,300}?\bsrc ?= ?[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of text, or a cell of code with what it put out."""

    note: Note
    text: str

    @property
    def pictures(self) -> tuple[Output, ...]:
        """What the cell put out that is a picture."""
        cell = self.note.cell
        outputs = cell.outputs if cell and self.note.code else ()
        return tuple(output for output in outputs if any(form.startswith("image/") for form in output.forms))

    @property
    def linked(self) -> tuple[str, ...]:
        """The sources of the pictures that the text names."""
        return () if self.note.code else tuple(found[1] or found[2] for found in PICTURE.finditer(self.text))


@dataclass(frozen=True, slots=True)
class Part:
    """What stands there, and whether it is an answer."""

    state: State
    pieces: tuple[Piece, ...] = ()
    where: str = ""

    @property
    def text(self) -> str:
        """The words, without code."""
        return "\n\n".join(piece.text.strip() for piece in self.pieces if not piece.note.code).strip()


def part(files: Mapping[str, bytes], names: Sequence[str], template: str = "") -> Part:
    """The first part that has one of these names as a tag or in its heading; one that is filled in counts before."""
    every = notes(files)
    found = [*_tagged(every, names), *_below(every, names)]
    judged = [Part(_state(pieces, template), pieces, where) for where, pieces in found]
    filled = [each for each in judged if each.state == "there"]
    return next(iter([*filled, *judged]), Part("missing"))


def _tagged(every: Sequence[Note], names: Sequence[str]) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    for name in names:
        tagged = [note for note in every if plain(name) in map(plain, note.tags)]
        if tagged:
            pieces = tuple(Piece(note, note.text) for note in tagged[:MOST_PIECES])
            yield f"{tagged[0].file}, cell {tagged[0].number}", pieces


def _below(every: Sequence[Note], names: Sequence[str]) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    for name in names:
        wanted = words(name)
        for file in dict.fromkeys(note.file for note in every if wanted):
            yield from _in_file([note for note in every if note.file == file], wanted)


def _in_file(every: Sequence[Note], wanted: Sequence[str]) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """What stands below each heading that begins so, up to the next that is no deeper."""
    depth, where, pieces = 0, "", list[Piece]()
    for note, level, lines in _stretches(every):
        is_meant = bool(level) and begins(lines[0], wanted)
        if depth and level and level <= depth:
            yield where, tuple(pieces[:MOST_PIECES])
            depth, pieces = 0, []
        if not depth and is_meant:
            heading, lines = lines[0].strip("#*_: \t")[:60], lines[1:]
            depth, where = level, f"{note.file}, below “{heading}”"
        if depth and (note.code or any(line.strip() for line in lines)):
            pieces.append(Piece(note, "\n".join(lines)))
    if depth:
        yield where, tuple(pieces[:MOST_PIECES])


def _stretches(every: Sequence[Note]) -> Iterator[tuple[Note, int, list[str]]]:
    """Cells of code as they are, and text cut before each of its headings, with how deep that heading is."""
    left = MOST_LINES
    for note in every:
        lines = note.text.split("\n")[: max(left, 0)]
        left -= len(lines)
        levels = [0] * len(lines) if note.code else heading_levels(lines)
        cuts = [0, *(place for place, level in enumerate(levels) if level and place), len(lines)]
        for start, end in pairwise(cuts):
            if end > start or note.code:
                yield note, levels[start] if lines else 0, lines[start:end]


def _state(pieces: Sequence[Piece], template: str) -> State:
    if any(piece.pictures or piece.linked for piece in pieces):
        return "there"
    said = words("\n".join(piece.text for piece in pieces if not piece.note.code))
    if " ".join(said) in UNSAID:
        return "template" if said else "empty"
    return "there" if set(said) - set(words(template)) else "template"
