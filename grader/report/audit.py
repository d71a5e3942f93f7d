"""An audit as one self-contained HTML page: the shares, who survived, and the matrix of candidates and criteria."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.report.page import environment, style
from grader.report.text import listing, number, plural

if TYPE_CHECKING:
    from grader.audit import Audit, Outcome

__all__ = ["html", "idle", "to_do", "verdict"]


def html(audit: Audit) -> str:
    """The page; filters work without a script."""
    css = Markup(style("screen", "feedback", "audit"))  # noqa: S704 – the project's own style sheets
    template = environment().get_template("audit/audit.html.j2")
    told = {"verdict": verdict(audit), "to_do": list(to_do(audit)), "idle": idle(audit)}
    return template.render(audit=audit, css=css, **told, percent=_percent, shade=_shade, lines=_lines)


def verdict(audit: Audit) -> str:
    """Whether the rubric can be published, in one sentence."""
    if not any(to_do(audit)):
        right = "and no right one does" if audit.right else "and no right one was tried: variants.yaml can have some"
        return f"This rubric can be published: each wrong solution loses points, {right}."
    if audit.not_replaced or audit.of("survived", "rejected", "undecided"):
        return "Before this rubric is published:"
    return "This rubric can be published. Worth a look:"


def to_do(audit: Audit) -> Iterator[str]:
    """What is left to do, the gravest first; nothing where the rubric is as it should be."""
    if found := audit.of("undecided"):
        told = plural(len(found), "solution")
        yield f"{told} could not be graded. Let the driver raise Unusable or Missing there, with words for the student."
    if found := audit.of("rejected"):
        lose = "solutions lose" if len(found) > 1 else "solution loses"
        yield f"{len(found)} right {lose} points. Let the criterion accept, or the driver read, what is only different."
    for id_, problem in audit.not_replaced.items():
        yield f"`uses` of {id_} has no effect, for the driver's `replace` does not work on the reference: {problem}"
    if found := audit.of("survived"):
        get = "solutions get" if len(found) > 1 else "solution gets"
        yield (
            f"{len(found)} wrong {get} full marks. Let a criterion notice, or say under `open` in variants.yaml why "
            "the course leaves it open."
        )
    if found := audit.misplaced:
        lose = "solutions lose" if len(found) > 1 else "solution loses"
        yield (
            f"{len(found)} wrong {lose} points on another criterion than the one that variants.yaml or mistakes.yaml "
            "names for it."
        )


def idle(audit: Audit) -> str:
    """Which criteria catch nothing by themselves, which is no fault; empty where each one does."""
    if not audit.idle:
        return ""
    names = listing([tally.id for tally in audit.idle])
    return f"What {names} would catch, other criteria catch too. That is no fault: they tell students where to look."


def _percent(share: float) -> str:
    return f"{number(share, 4)}%"


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
