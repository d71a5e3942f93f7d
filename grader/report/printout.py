"""What a program printed, as HTML: colours of a terminal, progress bars as they ended, long logs folded."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from markupsafe import Markup

from grader.report.text import visible

__all__ = ["printed"]

HEAD, TAIL = 24, 10  # lines of a long output that are kept
LONGEST_LINE = 400
LONGEST_ESCAPE = 10  # characters in which a hidden one is shown, such as \\U0001d173
MOST_COLOURS = 300  # changes of colour in one output; each costs time when a page is laid out
_OTHER_ESCAPES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[^\[\]]")  # titles of windows, and others
_OVERWRITTEN = re.compile(r"[^\n]*\r(?=[^\n])")


def printed(text: str, head: int = HEAD, tail: int = TAIL) -> Markup:
    """The text, with the middle of a long one as a count of its lines."""
    lines = _OVERWRITTEN.sub("", text.replace("\r\n", "\n")).rstrip().split("\n")
    if len(lines) <= head + tail + 1:
        return _coloured(lines)
    gap = Markup('<span class="gap">… {} lines …</span>').format(f"{len(lines) - head - tail:,}")
    return Markup().join([_coloured(lines[:head]), gap, _coloured(lines[-tail:])])  # the gap is a block of its own


def _coloured(lines: list[str]) -> Markup:
    ansi = import_module("nbconvert.filters.ansi")
    raw = "\n".join(_short(_OTHER_ESCAPES.sub("", line), ansi.strip_ansi) for line in lines)
    parts = [visible(part, LONGEST_ESCAPE * len(part) + 1) for part in raw.expandtabs(8).split("\x1b")]
    if len(parts) > MOST_COLOURS:
        return Markup("{}").format(ansi.strip_ansi("\x1b".join(parts)).replace("\x1b", "\\x1b"))
    return Markup(ansi.ansi2html("\x1b".join(parts)).replace("\x1b", "\\x1b"))  # noqa: S704 – it escapes, and adds spans


def _short(line: str, strip: Callable[[str], str]) -> str:
    """A line of bearable length; a longer one without colours, of which only half might be left."""
    plain = line if len(line) <= LONGEST_LINE else strip(line[: 8 * LONGEST_LINE])
    return plain if len(plain) <= LONGEST_LINE else plain[: LONGEST_LINE - 1] + "…"
