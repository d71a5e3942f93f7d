"""The results of a class in the formats of learning platforms, CI and spreadsheets."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.errors import GraderError

if TYPE_CHECKING:
    from types import ModuleType

    from grader.exports.gradescope import Hidden
    from grader.model import Result
    from grader.sheets import Sheet
    from grader.sheets.people import Matches, Person

__all__ = ["EACH", "FORMATS", "ExportFormat", "Exported", "export_results"]

ExportFormat = Literal[
    "gradescope", "junit", "classroom50", "github", "annotations", "csv", "jsonl", "nbgrader", "canvas", "moodle"
]
EACH = {  # one file for each hand-in
    "gradescope": "results.json",
    "junit": "junit.xml",
    "classroom50": "classroom50.json",
    "github": "summary.md",
    "annotations": "annotations.txt",
}
WHOLE = ("csv", "jsonl", "nbgrader")  # one file for the class
FORMS = ("canvas", "moodle")  # a file of the platform, filled in
FORMATS = (*EACH, *WHOLE, *FORMS)
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Exported:
    """An export: one content for the class, or one for each hand-in. Nothing is written before `write`."""

    out: Path
    content: str | bytes = ""  # where it is one for the class
    each: Mapping[str, str] = field(default_factory=dict)  # by hand-in, where it is one for each
    file: str = ""  # how those are called
    notes: tuple[str, ...] = ()  # whose scores are not in it and why

    @property
    def single(self) -> str | None:
        """The text of the only hand-in, where OUT is that of one."""
        return self.each.get(self.out.name) if (self.out / "result.json").is_file() else None

    def write(self, path: str | Path | None = None) -> None:
        """Write it: the class's content, or that of a single hand-in, to the file `path`; others into that folder.

        Args:
            path: where each hand-in has a file of its own, it is written beside the result unless this is given.
        """
        from grader.writing import write

        if self.file and (self.single is None or path is None):
            where = self.out if path is None else Path(path)
            for hand_in, text in self.each.items():
                write((where if self.single is not None else where / hand_in) / self.file, text)
        elif path is None:
            raise GraderError("Name the file to write to.")
        else:
            write(Path(path), self.content if self.single is None else self.single, private=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export is made of, and what there is to say about it."""

    out: Path
    to: ExportFormat
    into: Path | None
    column: str | None
    roster: Path | None
    course: Path | None
    provisional: bool
    scale: bool
    hidden: Hidden
    notes: list[str] = field(default_factory=list)


def export_results(
    out: str | Path,
    to: ExportFormat,
    *,
    into: str | Path | None = None,
    column: str | None = None,
    roster: str | Path | None = None,
    book: str | None = None,
    course: str | Path | None = None,
    provisional: bool = False,
    scale: bool = False,
    hidden: Hidden = "hidden",
) -> Exported:
    """The results in OUT in another format, with the marks that its gradebook has.

    Args:
        out: what a class left, or the folder of one hand-in in it.
        into: of canvas and moodle, the file that was exported there.
        column: of those, the heading of the column to fill in.
        roster: who handed in what; OUT/roster.csv unless it is given.
        course: a course.yaml, by which being late costs something.
        provisional: write scores too that do not count what waits for a person.
        scale: turn points into the platform's maximum.
        hidden: when students see hidden criteria on Gradescope.

    Raises:
        GraderError: there are no results, or something that this format needs is missing.
    """
    from grader.classroom.results import ids_without, standing_results

    places = (None if each is None else Path(each) for each in (into, roster, course))
    place, listed, rules = places
    asked = Asked(Path(out), to, place, column, listed, rules, provisional, scale, hidden)
    results = standing_results(asked.out, book)
    each: dict[str, str] = {}
    content: str | bytes = ""
    if to in EACH:
        each = _texts(asked, results)
    else:
        content = (_whole if to in WHOLE else _filled)(asked, list(results.values()))
    _note(asked, "without a result, left out", ids_without(asked.out, {folder.name for folder in results}))
    return Exported(asked.out, content, each, EACH.get(to, ""), tuple(asked.notes))


def _texts(asked: Asked, results: Mapping[Path, Result]) -> dict[str, str]:
    """The text for each hand-in that can have one; where there is only one, why it cannot."""
    texts, failed = {}, []
    for folder, result in results.items():
        try:
            texts[folder.name] = _each(asked)(result)
        except GraderError as error:
            if list(results) == [asked.out]:
                raise
            failed.append(f"{folder.name} ({error})")
    _note(asked, "not written", failed)
    return texts


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
    from grader.classroom.lateness import load_course, penalty, submitted

    course = load_course(asked.course)
    times = {id_: submitted(people[0].told) for id_, people in _people(asked, results).items()}
    _note(
        asked,
        "without a time of submission in the roster, so nothing is taken off",
        [id_ for id_ in times if not times[id_]],
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
    from grader.sheets.people import known_as, roster

    own = asked.out / "roster.csv"  # what `grader batch` knows of a class
    where = asked.roster or (own if own.is_file() else None)
    listed = roster(where) if where else {}
    ids = [str(result.submission["id"]) for result in results]
    return {id_: listed.get(id_) or [known_as(id_)] for id_ in ids}


def _filled(asked: Asked, results: Sequence[Result]) -> bytes:
    from grader.exports import canvas, moodle
    from grader.sheets import read
    from grader.sheets.people import match

    if not asked.into:
        raise GraderError(f"--into names the file that you exported from {asked.to.title()}; it is filled in.")
    form: ModuleType = {"canvas": canvas, "moodle": moodle}[asked.to]
    try:
        sheet = read(asked.into.read_bytes(), asked.into.name)
        column = _column(asked, form, sheet)
        matches = match(_people(asked, results), form.people(sheet))
        points = _points(asked, results, matches, form.points_possible(sheet, column))
        filled: bytes = form.filled(sheet, column, points)
    except GraderError as error:
        raise GraderError(f"{asked.into}: {error}") from None
    _note_matches(matches, len(points), asked)
    return filled


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
    _note(asked, "not settled, so the cell stays as it was (--provisional writes what is decided)", waiting)
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


def _note_matches(matches: Matches, count: int, asked: Asked) -> None:
    from grader.report.text import plural

    asked.notes.append(f"{plural(count, 'score')} filled in.")
    _note(asked, "fits no row", matches.unmatched)
    _note(asked, "fits several rows, so none was filled in", matches.ambiguous)
    _note(
        asked, "of one student, so nothing was filled in", [" + ".join(hand_ins) for hand_ins in matches.twice.values()]
    )


def _note(asked: Asked, what: str, hand_ins: Sequence[str]) -> None:
    if hand_ins:
        named = ", ".join(hand_ins[:MOST_NAMED]) + (", …" if len(hand_ins) > MOST_NAMED else "")
        asked.notes.append(f"{len(hand_ins)} {what}: {named}")
