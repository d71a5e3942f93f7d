"""A term of several assignments, from their folders of results and the course's own file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.lateness import Course
    from grader.model import Result
    from grader.people import Person
    from grader.totals import Total

__all__ = ["term_totals"]


def term_totals(outs: Sequence[str | Path], course: str | Path) -> list[Total]:
    """The percents of each student in these folders of results, what is dropped, and the total.

    Late penalties and drop rules are those of the course file. A total is None while something in it waits.

    Raises:
        GraderError: two folders are of one assignment, or something cannot be read.
    """
    from grader.lateness import load_course
    from grader.totals import totals

    rules = load_course(Path(course))
    handed_in = dict(_handed_in(Path(out), rules) for out in outs)
    if len(handed_in) < len(outs):
        raise GraderError("Two of these folders hold results of the same assignment.")
    return totals(handed_in, rules.drop)


def _handed_in(out: Path, course: Course) -> tuple[str, list[tuple[Person, float | None]]]:
    """The assignment of a folder of results, and the percents of each student in it."""
    from grader.classroom.results import standing_results
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
