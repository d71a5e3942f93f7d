"""`grader rejudge`: a class's observations, judged by another rubric; shows what changes before it writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import rubric_option, sandbox_option, shown

if TYPE_CHECKING:
    from grader.classroom.rejudge import Rejudged

__all__ = ["command"]


@click.command("rejudge")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@rubric_option("The rubric to judge by.", required=True)
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--why", default="", metavar="TEXT", help="Why, for the gradebook's history.")
@click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db]")
@sandbox_option
def command(out: Path, rubric: str, yes: bool, why: str, book: str | None, sandbox: str) -> None:
    """Judge the hand-ins in OUT again by a changed rubric, from what was observed of them.

    No hand-in's code runs; only the reference does. It shows whose points change and by how much, and writes when you
    say so. Where the rubric asks what the hand-ins were not asked, it says which criteria have to be graded anew.

    \b
    Example:  grader rejudge results/ --rubric rubric.yaml --why "tolerance of the gradient was too tight"
    """
    from grader.classroom.rejudge import rejudge_class
    from grader.cli.terminal import learning

    with learning(quiet=False) as progress:
        group = rejudge_class(out, rubric, sandbox=sandbox, progress=progress)
    _show(group)
    if _agreed(yes, group):
        group.write(why, book)
        click.echo(f"Written to {shown(out)}.")


def _show(group: Rejudged) -> None:
    from grader.cli.terminal import change_table, console
    from grader.report.text import plural

    changed = sorted(
        (each for each in group.changes if each.criteria), key=lambda each: (each.difference, each.hand_in)
    )
    if changed:
        console().print(change_table(changed))
    moved = sum(bool(each.difference) for each in changed)
    click.echo(f"{moved} of {plural(len(group.changes), 'score')} would change.")
    for why, hand_ins in group.left.items():
        click.echo(f"{why}, left as {'it is' if len(hand_ins) == 1 else 'they are'}: {', '.join(hand_ins)}")


def _agreed(yes: bool, group: Rejudged) -> bool:
    if not group.results or yes:
        return bool(group.results)
    if not sys.stdin.isatty():
        click.echo("Nothing is written; --yes writes.")
        return False
    return click.confirm("Write these results?")
