"""Markdown of strangers → a few harmless tags, with formulas.

It is shown as plain text where laying it out would take long, or where a library is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup, escape

from grader.report.maths import formula
from grader.report.text import one_line, visible

__all__ = ["LONGEST", "Picture", "rendered"]

LONGEST = 20_000  # characters of one text
MOST_TOKENS, MOST_FORMULAS, MOST_COLUMNS = 4000, 200, 12
DEEPEST = 12  # lists and quotes inside each other
TAGS = {
    *("p", "br", "hr", "h4", "h5", "blockquote", "pre", "code", "em", "strong", "s", "a", "div"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "th": {"class"}, "td": {"class"}, "div": {"class"}}


Picture = Callable[[str, str], Markup | str]  # from source and description to the picture, or why there is none


def _no_picture(*_: str) -> str:
    return ""


def rendered(source: str, picture: Picture = _no_picture) -> Markup:
    """The text as HTML. Raw HTML in it is shown as it was written; for pictures, somebody else answers."""
    text = visible(source, LONGEST)
    try:
        reader = _reader()
        tokens = reader.parse(text)
    except (ImportError, RecursionError):
        return _plain(text)
    if _too_much(tokens):
        return _plain(text)
    kept: list[Markup] = []
    html = reader.renderer.render(tokens, reader.options, {"kept": kept, "picture": picture})
    return _with_kept(_clean(html), kept)


def _plain(text: str) -> Markup:
    return Markup('<p class="plain">{}</p>').format(text)


def _too_much(tokens: Sequence[Any]) -> bool:
    """Whether laying it out would take long: depth, size, and columns are what costs."""
    parts = [part for token in tokens for part in (token, *(token.children or ()))]
    columns = depth = 0
    for part in parts:
        columns = 0 if part.type == "tr_open" else columns + (part.type in ("td_open", "th_open"))
        depth = max(depth, part.level)
        if columns > MOST_COLUMNS:
            return True
    return len(parts) > MOST_TOKENS or depth > 2 * DEEPEST


@cache
def _reader() -> Any:
    """CommonMark with tables and dollar maths, without raw HTML."""
    reader = import_module("markdown_it").MarkdownIt("commonmark", {"html": False, "maxNesting": 2 * DEEPEST})
    reader.enable(["table", "strikethrough"])
    dollar = import_module("mdit_py_plugins.dollarmath").dollarmath_plugin
    reader.use(dollar, allow_labels=False, allow_space=True, allow_digits=False, double_inline=True)
    reader.use(import_module("mdit_py_plugins.amsmath").amsmath_plugin)
    for rule, display in (
        ("math_inline", False),
        ("math_inline_double", True),
        ("math_block", True),
        ("amsmath", True),
    ):
        reader.add_render_rule(rule, _keep_formula(display))
    reader.add_render_rule("image", _image)
    for rule in ("heading_open", "heading_close"):
        reader.add_render_rule(rule, _heading)
    for rule in ("th_open", "td_open"):
        reader.add_render_rule(rule, _cell)
    return reader


def _keep_formula(display: bool) -> Any:
    def keep(_: Any, tokens: Sequence[Any], place: int, _options: Any, env: Any) -> str:
        latex, many = tokens[place].content, len(env["kept"]) >= MOST_FORMULAS
        made = Markup("<code>{}</code>").format(visible(latex)) if many else formula(latex, display)
        mark = _marked(made, env)
        return f'<div class="formula">{mark}</div>' if tokens[place].block else mark

    return keep


_MARK = "\ue000"  # of the private area, which `visible` lets nobody write


def _marked(made: Markup, env: Any) -> str:
    """A mark for markup of our own, which is put there when all else has been cleaned."""
    env["kept"].append(made)
    return f"{_MARK}{len(env['kept']) - 1}{_MARK}"


def _image(_: Any, tokens: Sequence[Any], place: int, _options: Any, env: Any) -> str:
    source, told = str(tokens[place].attrs.get("src", "")), tokens[place].content
    made = env["picture"](source, told)
    if isinstance(made, Markup):
        return _marked(made, env)
    why = f" ({one_line(unquote(source), 80)}: {made})" if made else ""
    return f"<em>[picture: {escape(told or 'without a description')}{escape(why)}]</em>"


def _heading(_: Any, tokens: Sequence[Any], place: int, *_rest: Any) -> str:
    """All headings are small: the sections of the page are the course's."""
    name = "h4" if tokens[place].tag in ("h1", "h2", "h3") else "h5"
    return f"<{'/' if tokens[place].nesting < 0 else ''}{name}>"


def _cell(_: Any, tokens: Sequence[Any], place: int, *_rest: Any) -> str:
    right = "right" in str(tokens[place].attrs.get("style", ""))
    return f"<{tokens[place].tag}{' class=right' if right else ''}>"


def _clean(html: str) -> str:
    """Only the tags that are allowed; whatever the reader lets through by a mistake of its own ends here."""
    cleaned: str = import_module("nh3").clean(
        html,
        tags=TAGS,
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return cleaned


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if re.match(r"(https?://|mailto:)[^\s]+\Z", value) else None
    if name == "start":
        return value if re.fullmatch(r"\d{1,5}", value) else None
    return value if value in ("right", "formula") else None


def _with_kept(html: str, kept: Sequence[Markup]) -> Markup:
    return Markup(re.sub(f"{_MARK}(\\d+){_MARK}", lambda mark: str(kept[int(mark[1])]), html))  # noqa: S704 – cleaned above, what was kept is our own
