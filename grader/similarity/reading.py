"""A hand-in's files as the texts that are compared: code, and words, which stand in comments too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import PurePosixPath

from grader.intake.text import source_text
from grader.notebooks import Unreadable, read
from grader.similarity.nouns import Kind, Text
from grader.similarity.tokens import Tokens, code_tokens, comments, words

__all__ = ["looked_at", "texts", "tokens"]

PROSE = frozenset({".md", ".txt", ".yaml", ".yml"})
LONGEST = 400_000  # characters of one text
MOST_CHARACTERS = 1_600_000  # of a hand-in
COMMAND = re.compile(r"^[ \t]*+[%!][^\n]*+", re.MULTILINE)  # such as !pip and %cd, which only a notebook knows


def texts(files: Mapping[str, bytes]) -> tuple[Text, ...]:
    """The texts; a cell of a notebook is one of its own."""
    return tuple(text for name in sorted(files) for text in _of_file(name, files[name]))


def looked_at(found: Sequence[Text]) -> list[int]:
    """Which of a hand-in's texts there is room for: the shortest, so that a huge one is at the expense of no other."""
    by_length = sorted(range(len(found)), key=lambda place: len(found[place].content))
    sizes = accumulate(len(found[place].content) for place in by_length)
    return [place for place, size in zip(by_length, sizes, strict=True) if size <= MOST_CHARACTERS]


def tokens(text: Text) -> dict[Kind, Tokens]:
    """The text's tokens by their kinds."""
    if text.is_code:
        return {"code": code_tokens(text.content), "words": words(comments(text.content))}
    return {"words": words(text.content)}


def _of_file(name: str, content: bytes) -> Iterator[Text]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".ipynb":
        yield from _cells(name, content)
    elif suffix == ".py" or suffix in PROSE:
        yield Text(name, source_text(content)[:LONGEST], suffix == ".py")


def _cells(name: str, content: bytes) -> Iterator[Text]:
    try:
        cells = read(content).cells
    except Unreadable:
        return
    for cell in cells:
        is_code = cell.kind == "code"
        source = cell.source[:LONGEST]
        source = COMMAND.sub(lambda found: " " * len(found[0]), source) if is_code else source
        yield Text(f"{name}, cell {cell.number}", source, is_code)
