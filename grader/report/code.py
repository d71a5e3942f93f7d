"""Lines of Python as HTML, numbered. Few words are coloured: each span costs time when a page is laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from grader.report.text import visible

if TYPE_CHECKING:
    from grader.writeup.excerpts import Line

__all__ = ["coloured", "numbered"]

MOST_SPANS = 12  # in a line; one with more is shown plain
SHOWN = {"Keyword": "k", "Operator.Word": "k", "Literal.String": "s", "Comment": "c"}


def numbered(lines: Sequence[Line]) -> Markup:
    """The lines with their numbers; a line without one says how many are left out."""
    made = [Markup()]
    for is_gap, group in groupby(lines, key=lambda line: line.number is None):
        part = list(group)
        if is_gap:
            made += [Markup('<span class="gap">{}</span>').format(line.text) for line in part]
        else:
            shown = coloured([visible(line.text).replace("\n", " ") for line in part])
            made += [_line(line.number, code) for line, code in zip(part, shown, strict=True)]
    return Markup().join(made)


def _line(number: int | None, code: Markup) -> Markup:
    return Markup('<span class="ln"><span class="no">{}</span>{}</span>').format(str(number), code or Markup(" "))


def coloured(lines: Sequence[str]) -> list[Markup]:
    """Each line of visible text as HTML; uncoloured where Pygments is missing."""
    lexer = _lexer()
    if lexer is None:
        return [escape(line) for line in lines]
    made: list[list[tuple[str, str]]] = [[]]
    for kind, text in lexer.get_tokens("\n".join(lines)):
        for place, piece in enumerate(text.split("\n")):
            if place:
                made.append([])
            made[-1].append((_name(kind), piece))
    return [_spans(line, tokens) for line, tokens in zip(lines, made, strict=False)]


def _spans(line: str, tokens: Sequence[tuple[str, str]]) -> Markup:
    runs = [
        (name, "".join(text for _, text in run)) for name, run in groupby(_joined(tokens), key=lambda each: each[0])
    ]
    if sum(bool(name) for name, _ in runs) > MOST_SPANS or "".join(text for _, text in runs) != line:
        return escape(line)
    return Markup().join(
        Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text) for name, text in runs
    )


def _joined(tokens: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Without empty pieces; blanks take the colour of what stands before them."""
    name = ""
    for own, text in tokens:
        name = own if text.strip() else name
        if text:
            yield name, text


def _name(kind: Any) -> str:
    """The class of a token's kind, or nothing."""
    words = str(kind).removeprefix("Token.")
    return next((name for start, name in SHOWN.items() if words == start or words.startswith(f"{start}.")), "")


@cache
def _lexer() -> Any:
    try:
        return import_module("pygments.lexers.python").PythonLexer(stripnl=False, ensurenl=False)
    except ImportError:
        return None
