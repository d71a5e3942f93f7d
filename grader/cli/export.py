"""`grader export`: the results of a class in the formats of learning platforms, CI and spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.classroom.export import FORMATS
from grader.cli.options import shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.classroom.export import Exported, ExportFormat

__all__ = ["command"]

PRINTED = Path("-")


@click.command("export")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", required=True, type=click.Choice(FORMATS), help="The format.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="Where to write; - prints it.")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CSV",
    help="canvas, moodle: the file that you exported there.",
)
@click.option("--column", metavar="HEADING", help="canvas, moodle: the column to fill in.")
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Who handed in what: CSV with hand_in, or Gradescope's submission_metadata.yml. [default: OUT/roster.csv]",
)
@click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db, where it is]")
@click.option(
    "--course",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="csv, nbgrader, canvas, moodle: take off what being late costs by this course.yaml.",
)
@click.option("--provisional", is_flag=True, help="Write scores too that do not count what waits for a person.")
@click.option("--scale", is_flag=True, help="canvas, moodle: turn points into the platform's maximum.")
@click.option(
    "--hidden",
    type=click.Choice(["hidden", "after_due_date", "after_published", "visible"]),
    default="hidden",
    show_default=True,
    help="gradescope: when students see hidden criteria.",
)
def command(out: Path, to: ExportFormat, output: Path | None, **options: Any) -> None:
    """Write the results in OUT in another format, with the marks that its gradebook has.

    gradescope, junit, classroom50, github and annotations make a file for each hand-in, beside its result.json or in
    -o FOLDER. csv, jsonl and nbgrader make one file. canvas and moodle fill one column of a file that was exported
    there, and change nothing else in it. What waits for a person is never written as zero.

    \b
    Example:  grader export results/ --to canvas --into gradebook.csv --column "Homework 1 (4711)" -o filled.csv
    """
    from grader.classroom.export import export_results

    exported = export_results(out, to, **options)
    _write(exported, None if output == PRINTED else output, prints=output == PRINTED)
    for note in exported.notes:
        _say(note)


def _write(exported: Exported, output: Path | None, *, prints: bool) -> None:
    """Write it where it was asked for; the content of one file may be printed in its place."""
    if not exported.file and output is None:
        click.echo(exported.content, nl=False)
    elif prints and exported.single is None:
        raise GraderError(f"-o - prints one file, and {exported.out} has several hand-ins; name the folder of one.")
    elif prints:
        click.echo(exported.single, nl=False)
    else:
        exported.write(output)
        if exported.file and (exported.single is None or output is None):
            _say(f"{len(exported.each)} × {exported.file} in {shown(output or exported.out)}/<hand-in>/.")


def _say(line: str) -> None:
    """A line beside the output, which may be the export itself."""
    from grader.report.text import visible

    click.echo(visible(line), err=True)
