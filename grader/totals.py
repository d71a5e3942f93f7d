"""A term's total of each student over several assignments, by the course's own drop rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.lateness import Drop
from grader.people import Person

__all__ = ["Total", "dropped", "totals"]

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
