"""`grader stats`: a class in numbers, as a page, on paper and as tables."""

from __future__ import annotations

from pathlib import Path

import click

from grader.classroom.statistics import FORMATS, StatisticsFormat, write_statistics
from grader.cli.options import formats_option, shown

__all__ = ["command"]


@click.command("stats")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@formats_option(FORMATS, "html,pdf,csv")
@click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db, where it is]")
def command(out: Path, formats: tuple[StatisticsFormat, ...], book: str | None) -> None:
    """Write the class in OUT in numbers: OUT/index.html, class.pdf, and three tables.

    How the scores lie, how many pass each criterion and what that says of the rest, the most frequent mistakes, the
    time each took, and who needs a person's look, with the marks that people gave. `grader grade` does the same at its
    end. The tables are class (a row for each hand-in), criteria and mistakes, as .csv or, with dlgrader[parquet],
    .parquet. All of it is for the instructor only.

    \b
    Example:  grader stats results/ --format html,parquet
    """
    from grader.report.text import visible

    written = write_statistics(out, formats, book=book)
    for problem in written.problems:
        click.echo(visible(problem), err=True)
    if written.files:
        click.echo(f"Written to {shown(out)}/: {', '.join(written.files)}.")
    click.get_current_context().exit(2 if written.problems else 0)
