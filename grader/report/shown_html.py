"""HTML that a cell put out, such as a table of pandas: its words and its table, and nothing else of it."""

from __future__ import annotations

import re
from importlib import import_module

from markupsafe import Markup

from grader.report.text import visible

__all__ = ["harmless"]

LONGEST, MOST_TAGS, DEEPEST, MOST_COLUMNS = 200_000, 4000, 16, 24
TAGS = {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "p",
    "b",
    "strong",
    "i",
    "em",
    "code",
    "pre",
    "br",
    "ul",
    "ol",
    "li",
}
TAGS |= {"h4", "caption", "sub", "sup"}


def harmless(source: str) -> Markup | None:
    """The table or text; None where there is none in it, or where laying it out would take long."""
    if len(source) > LONGEST or not re.search("<(t|p)", source, re.IGNORECASE):
        return None
    cleaned: str = import_module("nh3").clean(
        source, tags=TAGS, attributes={}, url_schemes=set(), link_rel=None, clean_content_tags={"script", "style"}
    )
    if _too_much(cleaned) or not re.sub(r"<[^>]*>", "", cleaned).strip():
        return None
    return Markup(visible(cleaned, 10 * len(cleaned) + 1))  # noqa: S704 – cleaned above


def _too_much(html: str) -> bool:
    """Depth, size and columns are what costs."""
    tags = re.findall(r"<(/?)(\w+)", html)
    depth = deepest = columns = widest = 0
    for closing, name in tags:
        if name != "br":
            depth += -1 if closing else 1
        deepest = max(deepest, depth)
        columns = 0 if name == "tr" else columns + (name in ("td", "th") and not closing)
        widest = max(widest, columns)
    return len(tags) > MOST_TAGS or deepest > DEEPEST or widest > MOST_COLUMNS
