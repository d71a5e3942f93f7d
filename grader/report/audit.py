"""An audit as one self-contained HTML page: the shares, who survived, and the matrix of candidates and criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.report.page import environment, style
from grader.report.text import number

if TYPE_CHECKING:
    from grader.audit import Audit, Outcome

__all__ = ["html"]


def html(audit: Audit) -> str:
    """The page; filters work without a script."""
    css = Markup(style("screen", "feedback", "audit"))  # noqa: S704 – the project's own style sheets
    template = environment().get_template("audit/audit.html.j2")
    return template.render(audit=audit, css=css, percent=_percent, shade=_shade, lines=_lines)


def _percent(share: float) -> str:
    return f"{number(share, 4)} %"


def _shade(outcome: Outcome, criterion: str, points: float) -> str:
    """The class of a cell: how much of the criterion's points is lost, and whether some should be."""
    wanted = " wanted" if criterion in outcome.candidate.criteria else ""
    lost = outcome.lost.get(criterion)
    if lost is None:
        return f"unasked{wanted}"
    return f"l{min(4, -int(-4 * lost // points))}{wanted}" if lost else f"none{wanted}"


def _lines(difference: str) -> list[tuple[str, str]]:
    """The lines of a diff, each with what it is: a file, a place, a line removed or added."""
    kinds = {"---": "", "+++": "file", "@@ ": "place", "-": "gone", "+": "new"}
    told = (
        (next((kind for sign, kind in kinds.items() if line.startswith(sign)), "same"), line)
        for line in difference.splitlines()
    )
    return [(kind, line[4:] if kind == "file" else line) for kind, line in told if kind]
