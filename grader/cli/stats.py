"""`grader stats`: a class in numbers, as a page, on paper and as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.statistics import Row, Statistics

__all__ = ["FILES", "command", "write_statistics"]

FORMATS = ("html", "pdf", "csv", "parquet")
FILES = {"html": "index.html", "pdf": "class.pdf"}  # the others are three tables each
REPORTS = ("report.html", "report.pdf")


def _formats(ctx: click.Context, option: click.Parameter, value: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in value.split(",") if part.strip()))
    for name in wanted:
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}.", ctx, option)
    return wanted


@click.command("stats")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--format",
    "formats",
    default="html,pdf,csv",
    show_default=True,
    callback=_formats,
    help="What to write; parquet is there too.",
)
@click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db, where it is]")
def command(out: Path, formats: tuple[str, ...], book: str | None) -> None:
    """Write the class in OUT in numbers: OUT/index.html, class.pdf, and three tables.

    How the scores lie, how many pass each criterion and what that says of the rest, the most frequent mistakes, the
    time each took, and who needs a person's look, with the marks that people gave. `grader grade` does the same at its
    end. The tables are class (a row for each hand-in), criteria and mistakes, as .csv or, with dlgrader[parquet],
    .parquet. All of it is for the instructor only.

    \b
    Example:  grader stats results/ --format html,parquet
    """
    from grader.report.text import visible

    written, problems = write_statistics(out, book, formats)
    for problem in problems:
        click.echo(visible(problem), err=True)
    if written:
        click.echo(f"Written to {shown(out)}/: {', '.join(written)}.")
    click.get_current_context().exit(2 if problems else 0)


def write_statistics(out: Path, book: str | None, formats: Sequence[str]) -> tuple[list[str], list[str]]:
    """Write these formats into OUT; the names of the files, and what could not be made.

    Raises:
        GraderError: there are no results, or they cannot be read.
    """
    from grader.batch import write

    statistics = _statistics(out, book)
    written, problems = [], []
    for form in formats:
        try:
            for name, content in _made(form, statistics, out):
                write(out / name, content, private=True)
                written.append(name)
        except (GraderError, OSError) as error:
            problems.append(f"{form} could not be written: {error}")
    return written, problems


def _statistics(out: Path, book: str | None) -> Statistics:
    from grader.cli.results import each_standing
    from grader.statistics import statistics_of

    return statistics_of((result for _, result in each_standing(out, book)), _without(out))


def _without(out: Path) -> Iterator[Row]:
    """The hand-ins of the last run that came to no result, as run.json has them."""
    from grader.statistics import row_without

    try:
        told = json.loads((out / "run.json").read_text("utf-8"))
        for each in told["hand_ins"]:
            yield row_without(str(each["id"]), str(each.get("problem", "")), each.get("seconds"))
        for each in told["open"]:
            yield row_without(str(each), "It was not begun.")
    except (OSError, ValueError, KeyError, TypeError):
        return


def _made(form: str, statistics: Statistics, out: Path) -> Iterator[tuple[str, str | bytes]]:
    """The files of one format, by their names."""
    if form == "html":
        from grader.report.statistics import html

        yield FILES[form], html(statistics, _links(statistics, out))
    elif form == "pdf":
        from grader.report import Renderer
        from grader.report.statistics import DOCUMENTS, pdf

        yield FILES[form], pdf(statistics, Renderer(*DOCUMENTS))
    else:
        yield from _tables(form, statistics)


def _tables(form: str, statistics: Statistics) -> Iterator[tuple[str, Any]]:
    from grader.statistics.tables import TABLES, to_csv, to_parquet

    for name in TABLES:
        yield f"{name}.{form}", (to_csv if form == "csv" else to_parquet)(statistics, name)


def _links(statistics: Statistics, out: Path) -> dict[str, list[str]]:
    """The reports that there are of each hand-in."""
    return {row.id: [name for name in REPORTS if (out / row.id / name).is_file()] for row in statistics.rows if row.id}
