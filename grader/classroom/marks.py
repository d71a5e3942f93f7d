"""Points and comments of people: out of the gradebook as a table, and back into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.gradebook import Entry, Event, Given
    from grader.gradebook.book import Book
    from grader.gradebook.rows import Returned, Row
    from grader.model import Result
    from grader.sheets.people import Person

__all__ = ["give_marks", "marks_history", "marks_table", "read_marks", "standing_entries", "write_marks_table"]


def marks_table(out: str | Path, *, every: bool = False, book: str | None = None) -> list[dict[str, object]]:
    """A row for each criterion that waits for a person or has a mark; `every`: for all of them."""
    from grader.gradebook.rows import sheet

    entries = standing_entries(out, book)
    return list(sheet(_results(entries), entries, every=every))


def write_marks_table(rows: Iterable[Mapping[str, object]], path: str | Path) -> None:
    """Write such rows for markers, as CSV or XLSX, as the name ends."""
    from grader.gradebook.rows import COLUMNS
    from grader.sheets.tables import table
    from grader.writing import write

    write(Path(path), table(COLUMNS, rows, Path(path).suffix), private=True)


def read_marks(
    out: str | Path, file: str | Path, *, roster: str | Path | None = None, book: str | None = None
) -> Returned:
    """What a table that came back from markers gives that is not given yet; nothing is written.

    Args:
        roster: who handed in what, for rows without the column hand_in.

    Raises:
        GraderError: there is no gradebook, or it is no table of marks.
    """
    from grader.gradebook.rows import returned
    from grader.sheets.people import roster as listed
    from grader.sheets.tables import read_table

    rows = read_table(Path(file))
    if not rows:
        raise GraderError(f"{file}: below its headings this table has no row.")
    if not {"criterion", "points"} <= set(rows[0]):
        raise GraderError(f"{file}: marks need the columns criterion and points; `grader marks export` makes them.")
    entries = standing_entries(out, book)
    results = _results(entries)
    people = listed(Path(roster)) if roster is not None else {}
    return returned(rows, results, entries, _identifying(rows, results, people))


def give_marks(out: str | Path, given: Iterable[Given], *, book: str | None = None) -> None:
    """Write marks into the gradebook, all or none.

    Raises:
        GraderError: somebody gave one of them since the table was made.
    """
    assignment, opened = _open(out, book)
    try:
        opened.mark(assignment, given)
    finally:
        opened.close()


def marks_history(out: str | Path, hand_in: str | None = None, *, book: str | None = None) -> list[Event]:
    """Who changed what and why, of one hand-in or of all."""
    assignment, opened = _open(out, book)
    try:
        return list(opened.history(assignment, hand_in))
    finally:
        opened.close()


def standing_entries(out: str | Path, book: str | None) -> dict[str, Entry]:
    """What the gradebook has of each hand-in."""
    assignment, opened = _open(out, book)
    try:
        return opened.entries(assignment)
    finally:
        opened.close()


def _open(out: str | Path, named: str | None) -> tuple[str, Book]:
    from grader.classroom.book import opened
    from grader.classroom.results import assignment_of

    book = opened(Path(out), named)
    return assignment_of(Path(out), book), book


def _results(entries: Mapping[str, Entry]) -> dict[str, Result]:
    from grader.exports.json import from_json

    return {name: from_json(entry.result) for name, entry in entries.items() if entry.result}


def _identifying(
    rows: Sequence[Row], hand_ins: Iterable[str], people: Mapping[str, Sequence[Person]]
) -> Callable[[Row], str | None]:
    """What tells the hand-in of a row: its own column, else who the other columns say it is."""
    from grader.sheets.people import known_as, match, of_row

    if "hand_in" in rows[0]:
        return lambda row: row["hand_in"].strip() or None
    numbers = {each: number for number, each in enumerate(dict.fromkeys(map(_who, rows)))}
    persons = {number: of_row(dict(each)) for each, number in numbers.items()}
    found = match({each: people.get(each) or [known_as(each)] for each in hand_ins}, persons)
    return lambda row: found.rows.get(numbers[_who(row)])


def _who(row: Row) -> tuple[tuple[str, str], ...]:
    from grader.gradebook.rows import COLUMNS

    return tuple((column, text) for column, text in row.items() if column not in COLUMNS)
