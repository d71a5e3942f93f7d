"""`grader export`: the results of a class in the formats of learning platforms, CI and spreadsheets."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from types import ModuleType

    from grader.exports.gradescope import Hidden
    from grader.model import Result
    from grader.people import Matches, Person
    from grader.sheets import Sheet

__all__ = ["command"]

EACH = {  # one file for each hand-in
    "gradescope": "results.json",
    "junit": "junit.xml",
    "classroom50": "classroom50.json",
    "github": "summary.md",
    "annotations": "annotations.txt",
}
WHOLE = ("csv", "jsonl", "nbgrader")  # one file for the class
FORMS = ("canvas", "moodle")  # a file of the platform, filled in
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one export."""

    out: Path
    to: str
    output: Path | None
    into: Path | None
    column: str | None
    roster: Path | None
    book: str | None
    course: Path | None
    provisional: bool
    scale: bool
    hidden: Hidden


@click.command("export")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", required=True, type=click.Choice([*EACH, *WHOLE, *FORMS]), help="The format.")
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
def command(**options: object) -> None:
    """Write the results in OUT in another format, with the marks that its gradebook has.

    gradescope, junit, classroom50, github and annotations make a file for each hand-in, beside its result.json or in
    -o FOLDER. csv, jsonl and nbgrader make one file. canvas and moodle fill one column of a file that was exported
    there, and change nothing else in it. What waits for a person is never written as zero.

    \b
    Example:  grader export results/ --to canvas --into gradebook.csv --column "Homework 1 (4711)" -o filled.csv
    """
    asked = Asked(**options)  # type: ignore[arg-type]  # click made them
    click.get_current_context().exit(_export(asked))


def _export(asked: Asked) -> int:
    from grader.cli.results import ids_without, standing_results

    results = standing_results(asked.out, asked.book)
    if asked.to in EACH:
        _write_each(asked, results)
    elif asked.to in WHOLE:
        _write(asked, _whole(asked, list(results.values())))
    else:
        _fill(asked, list(results.values()))
    _tell("without a result, left out", ids_without(asked.out, {folder.name for folder in results}))
    return 0


def _write_each(asked: Asked, results: Mapping[Path, Result]) -> None:
    from grader.batch import write

    single = list(results) == [asked.out]
    failed = []
    for folder, result in results.items():
        try:
            text = _each(asked)(result)
        except GraderError as error:
            if single:
                raise
            failed.append(f"{folder.name} ({error})")
            continue
        if single and asked.output:
            _write(asked, text)
        else:
            write((asked.output / folder.name if asked.output else folder) / EACH[asked.to], text)
    _tell("not written", failed)
    if not (single and asked.output):
        _say(f"{len(results) - len(failed)} × {EACH[asked.to]} in {shown(asked.output or asked.out)}/<hand-in>/.")


def _each(asked: Asked) -> Callable[[Result], str]:
    from grader.exports import classroom50, github, gradescope, junit

    return {
        "gradescope": lambda result: gradescope.to_results(result, asked.hidden),
        "junit": junit.to_junit,
        "classroom50": lambda result: classroom50.to_result(result, os.environ),
        "github": github.to_summary,
        "annotations": github.to_annotations,
    }[asked.to]


def _whole(asked: Asked, results: Sequence[Result]) -> str:
    from grader.exports import csv, json, nbgrader

    if asked.to == "jsonl":
        return json.to_lines(results)
    if asked.to == "csv":
        return csv.to_csv(results, _penalties(asked, results) if asked.course else None)
    told = {id_: people[0].told for id_, people in _people(asked, results).items() if len(people) == 1}
    return nbgrader.to_csv(results, told, _penalties(asked, results), provisional=asked.provisional)


def _penalties(asked: Asked, results: Sequence[Result]) -> dict[str, float]:
    """What being late costs each hand-in, by the course file, if one is named."""
    if asked.course is None:
        return {}
    from grader.lateness import load_course, penalty, submitted

    course = load_course(asked.course)
    times = {id_: submitted(people[0].told) for id_, people in _people(asked, results).items()}
    _tell(
        "without a time of submission in the roster, so nothing is taken off", [id_ for id_ in times if not times[id_]]
    )
    lost = {}
    for result in results:
        due, came = course.due.get(str(result.rubric["id"])), times[str(result.submission["id"])]
        if due is None:
            raise GraderError(f"{asked.course}: due has no {result.rubric['id']!r}.")
        if came is not None:
            lost[str(result.submission["id"])] = penalty(result.score, came - due, course.late)
    return lost


def _people(asked: Asked, results: Sequence[Result]) -> dict[str, Sequence[Person]]:
    """Who may have handed in what: by the roster, else by what the hand-in's name says."""
    from grader.people import known_as, roster

    own = asked.out / "roster.csv"  # what `grader batch` knows of a class
    where = asked.roster or (own if own.is_file() else None)
    listed = roster(where) if where else {}
    ids = [str(result.submission["id"]) for result in results]
    return {id_: listed.get(id_) or [known_as(id_)] for id_ in ids}


def _fill(asked: Asked, results: Sequence[Result]) -> None:
    from grader.exports import canvas, moodle
    from grader.people import match
    from grader.sheets import read

    if not asked.into:
        raise GraderError(f"--into names the file that you exported from {asked.to.title()}; it is filled in.")
    form: ModuleType = {"canvas": canvas, "moodle": moodle}[asked.to]
    try:
        sheet = read(asked.into.read_bytes(), asked.into.name)
        column = _column(asked, form, sheet)
        matches = match(_people(asked, results), form.people(sheet))
        points = _points(asked, results, matches, form.points_possible(sheet, column))
        _write(asked, form.filled(sheet, column, points))
    except GraderError as error:
        raise GraderError(f"{asked.into}: {error}") from None
    _tell_matches(matches, len(points), asked)


def _column(asked: Asked, form: ModuleType, sheet: Sheet) -> int:
    if asked.to == "canvas" and not asked.column:
        raise GraderError("--column names the column to fill in, such as 'Homework 1 (4711)'.")
    place: int = form.column_of(sheet, *filter(None, [asked.column]))
    return place


def _points(asked: Asked, results: Sequence[Result], matches: Matches, possible: float | None) -> dict[int, float]:
    """The points to write by row: only scores in which nothing waits, unless provisional ones are asked for."""
    from grader.exports import settled

    by_id = {str(result.submission["id"]): result for result in results}
    waiting = [] if asked.provisional else [id_ for id_ in matches.rows.values() if not settled(by_id[id_])]
    _tell("not settled, so the cell stays as it was (--provisional writes what is decided)", waiting)
    matched = {row: by_id[id_].score for row, id_ in matches.rows.items() if id_ not in waiting}
    factor = _factor(asked, {score.maximum for score in matched.values()}, possible)
    lost = _penalties(asked, results)
    return {
        row: (score.given - lost.get(matches.rows[row], 0.0)) * factor
        for row, score in matched.items()
        if score.given is not None
    }


def _factor(asked: Asked, maxima: set[float], possible: float | None) -> float:
    if not possible or not maxima or maxima == {possible}:
        return 1.0
    if len(maxima) > 1:
        raise GraderError("the results are of rubrics with different maxima; export them one rubric at a time.")
    maximum = maxima.pop()
    if not asked.scale:
        raise GraderError(
            f"the column has {possible:g} points, the rubric {maximum:g}; --scale makes one of the other."
        )
    return possible / maximum


def _tell_matches(matches: Matches, count: int, asked: Asked) -> None:
    from grader.report.text import plural

    _say(f"{plural(count, 'score')} written{f' to {shown(asked.output)}' if asked.output else ''}.")
    _tell("fits no row", matches.unmatched)
    _tell("fits several rows, so none was filled in", matches.ambiguous)
    _tell("of one student, so nothing was filled in", [" + ".join(hand_ins) for hand_ins in matches.twice.values()])


def _write(asked: Asked, content: str | bytes) -> None:
    if asked.output is None or str(asked.output) == "-":
        click.echo(content, nl=False)
        return
    from grader.batch import write

    write(asked.output, content, private=True)


def _tell(what: str, hand_ins: Sequence[str]) -> None:
    if hand_ins:
        named = ", ".join(hand_ins[:MOST_NAMED]) + (", …" if len(hand_ins) > MOST_NAMED else "")
        _say(f"{len(hand_ins)} {what}: {named}")


def _say(line: str) -> None:
    """A line beside the output, which may be the export itself."""
    from grader.report.text import visible

    click.echo(visible(line), err=True)
