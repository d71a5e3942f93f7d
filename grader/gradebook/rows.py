"""Marks in a spreadsheet: a row for each criterion that a person decides on, out to the markers and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.gradebook import Entry, Given, Mark
from grader.model import CriterionResult, Result

__all__ = ["COLUMNS", "Problem", "Returned", "returned", "sheet"]

COLUMNS = ("hand_in", "criterion", "title", "graded", "maximum", "points", "comment", "why", "version")
TAKEN_BACK = "-"
NUMBER = re.compile(r"\d+([.,]\d+)?")
DECIDED_BY_PEOPLE = frozenset({"manual", "ungraded"})

Row = Mapping[str, str]
Identify = Callable[[Row], str | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken."""

    row: int  # as a spreadsheet counts, the heading being 1
    message: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back from the markers: what is new in it, and what cannot be taken."""

    given: tuple[Given, ...]
    problems: tuple[Problem, ...]


def sheet(results: Mapping[str, Result], entries: Mapping[str, Entry], *, every: bool) -> Iterator[dict[str, object]]:
    """The rows to hand out: what waits for a person or has a mark, or every criterion.

    Args:
        results: as the grader left them, without marks, by hand-in.
    """
    for hand_in, result in results.items():
        marks = entries[hand_in].marks if hand_in in entries else {}
        for criterion in _criteria(result):
            if every or criterion.verdict in DECIDED_BY_PEOPLE or criterion.id in marks:
                yield {"hand_in": hand_in, **_row(criterion, marks.get(criterion.id))}


def returned(
    rows: Sequence[Row], results: Mapping[str, Result], entries: Mapping[str, Entry], identify: Identify
) -> Returned:
    """What the rows of a spreadsheet give that is not given yet; a row without points changes nothing."""
    given: list[Given] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, 2):
        if not row.get("points", "").strip():
            continue
        hand_in, name = identify(row), row.get("criterion", "").strip()
        criterion = _named(results.get(hand_in or ""), name)
        mark = entries[hand_in].marks.get(name) if hand_in and hand_in in entries else None
        if first := seen.get((hand_in or "", name)):
            problems.append(Problem(number, f"{hand_in!r} has {name!r} in row {first} already"))
        elif hand_in is not None and hand_in not in results:
            problems.append(Problem(number, f"there is no result of a hand-in {hand_in!r}"))
        elif problem := _problem(row, hand_in, criterion, mark):
            problems.append(Problem(number, problem))
        elif hand_in and criterion and _differs(row, mark):
            given.append(_given(hand_in, criterion, row))
        if hand_in:
            seen.setdefault((hand_in, name), number)
    return Returned(tuple(given), tuple(problems))


def _criteria(result: Result) -> Iterator[CriterionResult]:
    return (criterion for section in result.sections for criterion in section.criteria)


def _row(criterion: CriterionResult, mark: Mark | None) -> dict[str, object]:
    return {
        "criterion": criterion.id,
        "title": criterion.title,
        "graded": criterion.score.given,
        "maximum": criterion.score.maximum,
        "points": mark.points if mark else None,
        "comment": mark.comment if mark else "",
        "why": "",
        "version": mark.version if mark else 0,
    }


def _named(result: Result | None, name: str) -> CriterionResult | None:
    return next((each for each in _criteria(result) if each.id == name), None) if result else None


def _problem(row: Row, hand_in: str | None, criterion: CriterionResult | None, mark: Mark | None) -> str:
    """Why a row cannot be taken; nothing where it can."""
    points = row["points"].strip()
    if hand_in is None:
        return "this row fits no hand-in, or several"
    if criterion is None:
        return f"{hand_in!r} has no criterion {row.get('criterion', '')!r}"
    if not re.fullmatch(r"\d*", row.get("version", "").strip()):
        return f"the version {row['version']!r} is no whole number"
    if points != TAKEN_BACK and not NUMBER.fullmatch(points):
        return f"{points!r} is neither points nor {TAKEN_BACK!r}, which takes them back"
    if points != TAKEN_BACK and _number(points) > criterion.score.maximum:
        return f"{points} is more than the {criterion.score.maximum:g} points of {criterion.id!r}"
    overrides = criterion.verdict not in DECIDED_BY_PEOPLE and _differs(row, mark)
    if overrides and not row.get("why", "").strip():
        return f"{criterion.id!r} was graded; to give other points, say why in the column 'why'"
    return ""


def _differs(row: Row, mark: Mark | None) -> bool:
    points = _points(row)
    if mark is None:
        return points is not None
    return points != mark.points or row.get("comment", "").strip() != mark.comment


def _given(hand_in: str, criterion: CriterionResult, row: Row) -> Given:
    version = int(row.get("version", "").strip() or 0)
    comment, why = (row.get(column, "").strip() for column in ("comment", "why"))
    return Given(hand_in, criterion.id, _points(row), comment, why, version, criterion.score.given)


def _points(row: Row) -> float | None:
    points = row["points"].strip()
    return None if points == TAKEN_BACK else _number(points)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
