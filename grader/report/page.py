"""Result → HTML by the templates. One place makes every text harmless, so that no template can forget it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup, escape

from grader.model import Own, Result, Table
from grader.paths import data_folder
from grader.report import chart, story, text
from grader.report.album import Album
from grader.report.story import Audience

if TYPE_CHECKING:
    from jinja2 import Environment

Medium = Literal["screen", "paper"]
OwnWords = Mapping[str, Own]
"""What the student wrote and drew, by section id."""

_NOTHING: OwnWords = MappingProxyType({})
MOST_ROWS, MOST_FINDINGS = 60, 60


def html(result: Result, audience: Audience = "student", own: OwnWords = _NOTHING) -> str:
    """A report as one self-contained HTML file: no script, no outside request, light and dark."""
    css = Markup(style("screen"))  # noqa: S704 – the project's own style sheets
    return markup(result, audience, css, own, Album(inline=True))


def markup(result: Result, audience: Audience, css: Markup | None, own: OwnWords, album: Album) -> str:
    """The report's HTML with this style sheet in it; None where the renderer brings its own."""
    template = environment().get_template("feedback/feedback.html.j2")
    return template.render(result=result, audience=audience, css=css, own=own, words=album.words)


@cache
def style(medium: Medium, *documents: str) -> str:
    """The style sheets of one medium as one text; `documents` are folders with a sheet of their own."""
    folder = data_folder("report_templates")
    own = [f"{name}/{name}.css" for name in documents or ("feedback",)]
    return "\n".join((folder / name).read_text("utf-8") for name in ("base/base.css", *own, f"base/{medium}.css"))


@cache
def environment() -> Environment:
    """The templates, with everything made harmless on its way into a page."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # not needed on a terminal

    environment = Environment(
        loader=FileSystemLoader(data_folder("report_templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(story=story, chart=chart, text=text, most_rows=MOST_ROWS, most_findings=MOST_FINDINGS)
    environment.filters.update(line=text.one_line, points=text.points, number=text.number)
    environment.filters.update(
        {function.__name__: function for function in (prose, first_line, later_lines, link, aligned)}
    )
    return environment


def _harmless(value: Any) -> Any:
    """What Jinja puts into the page: finished markup as it is, everything else as visible text."""
    return value if isinstance(value, (Markup, int)) else text.visible(value)


def prose(message: str) -> Markup:
    """A message with `code` in backticks set as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text.visible(message)))))  # noqa: S704 – escaped


def first_line(message: str) -> str:
    """A message without the numbers that some set out below it."""
    return message.strip().partition("\n")[0]


def later_lines(message: str) -> str:
    """What a message sets out below its first line, such as arrays that should stay aligned."""
    return message.strip().partition("\n")[2]


def link(address: str) -> str:
    """The address if a reader can follow it safely, otherwise nothing."""
    return address if re.match(r"https?://[^\s]+\Z", address) else ""


def aligned(table: Table) -> list[tuple[str, bool, list[str]]]:
    """A table by columns: heading, whether it holds numbers, and the texts of its cells."""
    rows = table.rows[:MOST_ROWS]
    columns = [[row[i] if i < len(row) else None for row in rows] for i in range(len(table.columns))]
    return [
        (name, text.is_numeric(cells), text.column(cells)) for name, cells in zip(table.columns, columns, strict=True)
    ]
