"""The sheet of whoever marks by hand: one page for each question, with its model answer. Never for students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from grader.model import Question
from grader.report.page import environment, style
from grader.report.text import visible

__all__ = ["html"]

LONGEST = 20_000  # characters of one answer


def html(rubric: Mapping[str, Any], questions: Sequence[Question]) -> str:
    """The sheet as one self-contained HTML file."""
    css = Markup(style("screen", "feedback", "marking"))  # noqa: S704 – the project's own style sheets
    template = environment().get_template("marking/marking.html.j2")
    return template.render(rubric=rubric, questions=questions, css=css, whole=_whole)


def _whole(answer: str) -> Markup:
    """An answer to its end, as plain text with its own line breaks."""
    return Markup("<pre>{}</pre>").format(escape(visible(answer, LONGEST)))
