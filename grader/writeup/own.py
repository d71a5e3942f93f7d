"""What a student wrote and drew for each section, for the report; kept as JSON, so that a report can be made again."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from grader.answers.parts import Piece, part
from grader.intake import take
from grader.model import Own
from grader.rubric import Rubric
from grader.rubric.fields import OwnFields
from grader.writeup.figures import Figures

__all__ = ["from_json", "own_at", "own_words", "to_json"]

LONGEST = 18_000  # characters of one section
MOST_PICTURES, MOST_BYTES = 24, 8 << 20  # of one section; a report shows no more
FORMS = ("image/png", "image/jpeg")
DRAWING = "image/svg+xml"


def own_words(rubric: Rubric, files: Mapping[str, bytes], figures: Figures) -> dict[str, Own]:
    """By section id, for the sections that say where it stands."""
    asked = ((section.id, section.own) for section in rubric.sections if section.own)
    found = ((id_, own, _own(own, files, figures)) for id_, own in asked)
    return {id_: told for id_, own, told in found if own.required or told.state == "there"}


def own_at(rubric: Rubric, path: Path) -> dict[str, Own]:
    """The same of the hand-in at `path`, which is opened once more for its pictures."""
    if not any(section.own for section in rubric.sections):
        return {}
    intake = take(path, pictures=True)
    return own_words(rubric, intake.files, Figures(intake.pictures, intake.submission.files))


def _own(asked: OwnFields, files: Mapping[str, bytes], figures: Figures) -> Own:
    names = (*asked.tags, *asked.headings)
    found = part(files, names, asked.template)
    pictures: dict[str, bytes] = {}
    texts = [_text(piece, pictures, figures) for piece in found.pieces]
    return Own(found.state, _joined(texts), found.where, pictures, names)


def _text(piece: Piece, pictures: dict[str, bytes], figures: Figures) -> str:
    """The piece in Markdown; the pictures that it shows are put to the others."""
    room = MOST_BYTES - sum(map(len, pictures.values()))
    shown = islice(_put_out(piece) if piece.note.code else _linked(piece, figures), MOST_PICTURES - len(pictures))
    own = {source: content for source, content in shown if len(content) <= room}
    pictures |= own
    if piece.note.code:
        return "\n\n".join(f"![put out by cell {piece.note.number}]({source})" for source in own)
    return piece.text.replace("](attachment:", f"](attachment:{piece.note.number}-")


def _put_out(piece: Piece) -> Iterator[tuple[str, bytes]]:
    for place, output in enumerate(piece.pictures, 1):
        source = f"output:{piece.note.number}-{place}"
        if content := _decoded(output.forms):
            yield source, content
        elif DRAWING in output.forms:
            yield source, output.forms[DRAWING].encode()


def _linked(piece: Piece, figures: Figures) -> Iterator[tuple[str, bytes]]:
    held = piece.note.cell.attachments if piece.note.cell else {}
    for source in piece.linked:
        name = source.removeprefix("attachment:")
        if name in held and (content := _decoded(held[name])):
            yield f"attachment:{piece.note.number}-{name}", content
        elif isinstance(found := figures.find(source), bytes):
            yield source, found


def _decoded(forms: Mapping[str, str]) -> bytes:
    form = next((forms[media] for media in FORMS if media in forms), "")
    try:
        return base64.b64decode(form)
    except (binascii.Error, ValueError):
        return b""


def _joined(texts: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(texts)).strip()[:LONGEST]


def to_json(own: Mapping[str, Own]) -> str:
    """All of it as one text."""
    told = {
        id_: {
            "state": each.state,
            "text": each.text,
            "where": each.where,
            "names": each.names,
            "pictures": {source: base64.b64encode(content).decode() for source, content in each.pictures.items()},
        }
        for id_, each in own.items()
    }
    return json.dumps(told, ensure_ascii=False)


def from_json(text: str) -> dict[str, Own]:
    """What `to_json` wrote."""
    told: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return {
        id_: Own(
            each["state"],
            each["text"],
            each["where"],
            {source: base64.b64decode(content) for source, content in each["pictures"].items()},
            tuple(each["names"]),
        )
        for id_, each in told.items()
    }
