"""`grader marks totals`: a term in one table, with late penalties and drop rules taken from the course file."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.lateness import Course
    from grader.model import Result
    from grader.people import Person

__all__ = ["command"]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("totals")
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
    from grader.batch import write
    from grader.exports import cell
    from grader.lateness import load_course
    from grader.totals import totals

    rules = load_course(course)
    handed_in = dict(_handed_in(out, rules) for out in outs)
    if len(handed_in) < len(outs):
        raise GraderError("Two of these folders hold results of the same assignment.")
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["student", *handed_in, "dropped", "total"])
    for each in totals(handed_in, rules.drop):
        percents = ["" if (percent := each.percents[name]) is None else percent for name in handed_in]
        total = "" if each.total is None else each.total
        table.writerow([cell(each.name), *percents, " ".join(sorted(each.dropped)), total])
    if output is None:
        click.echo(text.getvalue(), nl=False)
    else:
        write(output, text.getvalue(), private=True)


def _handed_in(out: Path, course: Course) -> tuple[str, list[tuple[Person, float | None]]]:
    """The assignment of a folder of results, and the percents of each student in it."""
    from grader.cli.results import standing_results
    from grader.people import known_as, roster

    listed = roster(out / "roster.csv") if (out / "roster.csv").is_file() else {}
    results = {str(each.submission["id"]): each for each in standing_results(out, None).values()}
    assignment = str(next(iter(results.values())).rubric["id"])
    found = [
        (person, _percent(assignment, result, person, course))
        for id_, result in results.items()
        for person in listed.get(id_) or [known_as(id_)]
    ]
    return assignment, found


def _percent(assignment: str, result: Result, person: Person, course: Course) -> float | None:
    from grader.exports import settled
    from grader.lateness import penalty, submitted

    given = result.score.given
    if not settled(result) or given is None or not result.score.maximum:
        return None
    came, due = submitted(person.told), course.due.get(assignment)
    lost = penalty(result.score, came - due, course.late) if came and due else 0.0
    return round(100 * (given - lost) / result.score.maximum, 2)
