"""A term of several assignments, from their folders of results and the course's own file of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.classroom.lateness import Course, Drop, load_course, penalty, submitted
from grader.classroom.results import standing_results
from grader.errors import GraderError
from grader.exports import settled
from grader.model import Result
from grader.sheets.people import Person, known_as, roster

__all__ = ["Total", "dropped", "term_totals", "totals"]

Percent = float | None
"""Of an assignment's maximum; None while something in it waits for a person."""


@dataclass(slots=True)
class Total:
    """One student's term."""

    keys: set[str]
    name: str
    percents: dict[str, Percent] = field(default_factory=dict)  # by assignment
    dropped: frozenset[str] = frozenset()
    total: Percent = None


def term_totals(outs: Sequence[str | Path], course: str | Path) -> list[Total]:
    """The percents of each student in these folders of results, what is dropped, and the total.

    Late penalties and drop rules are those of the course file. A total is None while something in it waits.

    Raises:
        GraderError: two folders are of one assignment, or something cannot be read.
    """
    rules = load_course(Path(course))
    handed_in = dict(_handed_in(Path(out), rules) for out in outs)
    if len(handed_in) < len(outs):
        raise GraderError("Two of these folders hold results of the same assignment.")
    return totals(handed_in, rules.drop)


def totals(handed_in: Mapping[str, Iterable[tuple[Person, Percent]]], rules: Sequence[Drop]) -> list[Total]:
    """The students of all assignments; who handed in nothing has 0 percent of that one.

    The total is the mean of the percents that are not dropped; there is none while one of them waits.
    """
    students: list[Total] = []
    by_key: dict[str, Total] = {}
    for assignment, people in handed_in.items():
        for person, percent in people:
            student = next((by_key[key] for key in sorted(person.keys) if key in by_key), None)
            if student is None:
                student = Total(set(), _name(person))
                students.append(student)
            student.keys |= person.keys
            by_key |= dict.fromkeys(person.keys, student)
            student.percents[assignment] = percent
    for student in students:
        student.percents = {assignment: student.percents.get(assignment, 0.0) for assignment in handed_in}
        student.dropped = dropped(student.percents, rules)
        kept = [percent for name, percent in student.percents.items() if name not in student.dropped]
        decided = [percent for percent in kept if percent is not None]
        student.total = round(sum(decided) / len(decided), 2) if decided and len(decided) == len(kept) else None
    return students


def dropped(percents: Mapping[str, Percent], rules: Sequence[Drop]) -> frozenset[str]:
    """The assignments that do not count: the lowest of each rule; none while one of them waits, for it may be one."""
    out: set[str] = set()
    for rule in rules:
        theirs = {name: percents[name] for name in rule.of if name in percents}
        decided = {name: percent for name, percent in theirs.items() if percent is not None}
        if len(decided) == len(theirs):
            out |= set(sorted(decided, key=lambda name: decided[name])[: min(rule.lowest, len(decided) - 1)])
    return frozenset(out)


def _name(person: Person) -> str:
    told = [person.told.get(part, "") for part in ("name", "first_name", "last_name")]
    return " ".join(filter(None, told)) or min(person.keys, default="")


def _handed_in(out: Path, course: Course) -> tuple[str, list[tuple[Person, float | None]]]:
    """The assignment of a folder of results, and the percents of each student in it."""
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
    given = result.score.given
    if not settled(result) or given is None or not result.score.maximum:
        return None
    came, due = submitted(person.told), course.due.get(assignment)
    lost = penalty(result.score, came - due, course.late) if came and due else 0.0
    return round(100 * (given - lost) / result.score.maximum, 2)
