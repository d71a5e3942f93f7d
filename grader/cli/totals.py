"""`grader marks totals`: a term in one table, with late penalties and drop rules taken from the course file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click

__all__ = ["command"]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("totals", short_help="Add up a term of several assignments.")
@click.argument("outs", nargs=-1, required=True, type=FOLDER, metavar="OUT...")
@click.option("--course", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="CSV. [default: printed]")
def command(outs: tuple[Path, ...], course: Path, output: Path | None) -> None:
    """Write a row for each student with the percents of several assignments, what is dropped, and the total.

    Students are known by OUT/roster.csv, which `grader batch` writes. Late penalties and drop rules are those of the
    course file. A total is empty while something in it waits for a person.

    \b
    Example:  grader marks totals hw1/ hw2/ hw3/ --course course.yaml -o totals.csv
    """
    from grader.classroom.totals import term_totals
    from grader.sheets.cells import cell
    from grader.writing import write

    students = term_totals(outs, course)
    assignments = list(students[0].percents) if students else []
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["student", *assignments, "dropped", "total"])
    for each in students:
        percents = ["" if (percent := each.percents[name]) is None else percent for name in assignments]
        total = "" if each.total is None else each.total
        table.writerow([cell(each.name), *percents, " ".join(sorted(each.dropped)), total])
    if output is None:
        click.echo(text.getvalue(), nl=False)
    else:
        write(output, text.getvalue(), private=True)
