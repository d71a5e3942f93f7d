"""`grader marks`: what people give, out to a spreadsheet and back into the gradebook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.completing import hand_ins
from grader.cli.options import shown
from grader.cli.totals import command as totals

if TYPE_CHECKING:
    from grader.gradebook import Entry
    from grader.gradebook.rows import Returned

__all__ = ["command"]

OUT = click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
BOOK = click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db]")
ROSTER = click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Who handed in what, for rows without hand_in: CSV, or Gradescope's submission_metadata.yml.",
)
REFUSED = 2


@click.group("marks")
def command() -> None:
    """Points and comments that people give, in a spreadsheet and in the gradebook.

    \b
    Example:  grader marks export results/ -o marks.xlsx
              grader marks import results/ marks.xlsx
              grader marks publish results/
    """


command.add_command(totals)


@command.command("export", short_help="Write a table for markers to fill in.")
@OUT
@BOOK
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="CSV or XLSX. [default: printed]")
@click.option("--all", "every", is_flag=True, help="Every criterion, to give other points than the grader did.")
def export(out: Path, book: str | None, output: Path | None, every: bool) -> None:
    """Write a row for each criterion that waits for a person.

    The markers fill in points and comment. The version in each row lets two of them notice when they mark the same.

    \b
    Example:  grader marks export results/ -o marks.xlsx
    """
    from grader.classroom.marks import marks_table, write_marks_table
    from grader.gradebook.rows import COLUMNS
    from grader.report.text import plural
    from grader.sheets.tables import table

    rows = marks_table(out, every=every, book=book)
    if output is None:
        click.echo(table(COLUMNS, rows, ".csv"), nl=False)
        return
    write_marks_table(rows, output)
    click.echo(f"{plural(len(rows), 'row')} in {shown(output)}.", err=True)
    if not rows:
        click.echo("Nothing waits for a person. --all writes every criterion, to give other points.", err=True)


@command.command("import", short_help="Read it back into the gradebook.")
@OUT
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BOOK
@ROSTER
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--partial", is_flag=True, help="Write what can be taken even where some rows cannot.")
def import_(out: Path, file: Path, book: str | None, roster: Path | None, yes: bool, partial: bool) -> None:
    """Read points and comments from a spreadsheet into the gradebook.

    It shows what is new, and names the rows that fit no hand-in, come twice or hold no points. A criterion that the
    grader decided needs a reason in the column why. An empty cell changes nothing; - takes points back.

    \b
    Example:  grader marks import results/ marks.xlsx
    """
    from grader.classroom.marks import give_marks, read_marks

    back = read_marks(out, file, roster=roster, book=book)
    _tell(back)
    if back.problems and not partial:
        click.echo("Nothing is written; --partial writes the rest.", err=True)
        click.get_current_context().exit(REFUSED)
    if back.given and _agreed(yes):
        give_marks(out, back.given, book=book)
        click.echo(f"{len(back.given)} written.")


@command.command("publish", short_help="Write the reports anew, with the marks.")
@OUT
@BOOK
def publish(out: Path, book: str | None) -> None:
    """Write the reports anew with the marks in them, and the tables of the class.

    Only what changed since the last time is drawn. result.json stays what the grader gave; exports have the marks in
    them without this.

    \b
    Example:  grader marks publish results/
    """
    from grader.classroom.marks import standing_entries
    from grader.classroom.publishing import publish as draw_anew
    from grader.cli import terminal
    from grader.report.text import plural, visible

    entries = standing_entries(out, book)
    with terminal.publishing() as advance:
        count, problems = draw_anew(out, entries, book, advance)
    for problem in problems:
        click.echo(visible(problem), err=True)
    waiting = sum(1 for each in entries.values() if _waits(each))
    click.echo(f"{plural(count, 'report')} written anew in {shown(out)}/.")
    if waiting:
        click.echo(f"In {plural(waiting, 'hand-in')}, something still waits for a person.")
    click.get_current_context().exit(REFUSED if problems else 0)


@command.command("history", short_help="Say who changed what and why.")
@OUT
@click.argument("hand_in", required=False, shell_complete=hand_ins)
@BOOK
def history(out: Path, hand_in: str | None, book: str | None) -> None:
    """Print who changed what and why, of one hand-in or of all.

    \b
    Example:  grader marks history results/ hand-in-05
    """
    from grader.classroom.marks import marks_history
    from grader.report.text import one_line

    for each in marks_history(out, hand_in, book=book):
        points = " → ".join("–" if value is None else f"{value:g}" for value in (each.before, each.after))
        what = " ".join(filter(None, (each.what, each.criterion)))
        line = f"{each.at:%Y-%m-%d %H:%M:%S}  {each.by}  {each.hand_in}  {what}  {points}  {each.why}"
        click.echo(one_line(line, 400))


def _waits(entry: Entry) -> bool:
    from grader.exports import settled
    from grader.exports.json import from_json
    from grader.gradebook import marked

    return bool(entry.result) and not settled(marked(from_json(entry.result), entry.marks))


def _tell(back: Returned) -> None:
    from grader.report.text import one_line, plural

    for each in back.given:
        points = "taken back" if each.points is None else f"{each.points:g}"
        click.echo(one_line(f"{each.hand_in}  {each.criterion}  {points}  {each.comment}", 200))
    click.echo(f"{plural(len(back.given), 'mark')} new or changed.")
    for problem in back.problems:
        click.echo(one_line(f"row {problem.row}: {problem.message}", 300), err=True)


def _agreed(yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        click.echo("Nothing is written; --yes writes.")
        return False
    return click.confirm("Write these marks?")
