"""What a program printed, as HTML: colours of a terminal, progress bars as they ended, long logs folded."""

from __future__ import annotations

import re
from importlib import import_module

from markupsafe import Markup, escape

from grader.report.text import visible

__all__ = ["printed"]

HEAD, TAIL = 24, 10  # lines of a long output that are kept
LONGEST_LINE = 400
LONGEST_ESCAPE = 10  # characters in which a hidden one is shown, such as \\U0001d173
MOST_COLOURS = 300  # changes of colour in one output; each costs time when a page is laid out
_OTHER_ESCAPES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[^\[\]]")  # titles of windows, and others
_COLOUR = re.compile(r"\x1b\[[^@-~]{0,40}[@-~]")


def printed(text: str, head: int = HEAD, tail: int = TAIL) -> Markup:
    """The text, with the middle of a long one as a count of its lines."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.rstrip().split("\n")]
    if len(lines) <= head + tail + 1:
        return _coloured(lines)
    gap = Markup('<span class="gap">… {} lines …</span>').format(f"{len(lines) - head - tail:,}")
    return Markup().join([_coloured(lines[:head]), gap, _coloured(lines[-tail:])])  # the gap is a block of its own


def _coloured(lines: list[str]) -> Markup:
    raw = "\n".join(map(_short, lines))
    parts = [visible(part, LONGEST_ESCAPE * len(part) + 1) for part in raw.expandtabs(8).split("\x1b")]
    told = "\x1b".join(parts)
    try:
        html = import_module("nbconvert.filters.ansi").ansi2html if 1 < len(parts) <= MOST_COLOURS else None
    except ImportError:
        html = None
    made = Markup(html(told)) if html else escape(_COLOUR.sub("", told))  # noqa: S704 – it escapes, and adds spans
    return made.replace("\x1b", "\\x1b")


def _short(line: str) -> str:
    """A line of bearable length; a longer one without colours, of which only half might be left."""
    known = _OTHER_ESCAPES.sub("", line[: 20 * LONGEST_LINE])
    plain = known if len(line) <= LONGEST_LINE else _COLOUR.sub("", known)
    return plain if len(plain) <= LONGEST_LINE else plain[: LONGEST_LINE - 1] + "…"
