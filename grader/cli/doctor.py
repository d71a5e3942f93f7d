"""`grader doctor`: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import click

from grader.cli.exits import GRADED, UNGRADED

__all__ = ["command"]


@click.command("doctor")
def command() -> None:
    """Show what works here (sandboxes, PDF, data, courses) and what to do about the rest.

    Exit codes: 0 hand-ins can be graded here, 3 they cannot.

    \b
    Example:  grader doctor
    """
    from rich.table import Column, Table
    from rich.text import Text

    from grader.cli.terminal import console
    from grader.health import doctor

    marks = {"works": ("✓", "green"), "optional": ("–", "yellow"), "broken": ("✗", "red")}
    health = doctor()
    table = Table("", "", Column(overflow="fold"), box=None, show_header=False, padding=(0, 2, 0, 0))
    for sign in health.signs:
        table.add_row(Text(*marks[sign.state]), sign.name, sign.told)
    screen = console()
    screen.print(table)
    told = "Grading works here." if health.can_grade else "Grading does not work here yet: see the lines with ✗."
    screen.print(f"\n{told}")
    click.get_current_context().exit(GRADED if health.can_grade else UNGRADED)
