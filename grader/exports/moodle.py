"""Scores into the grading worksheet that an instructor downloaded from Moodle; nothing else in it changes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.errors import GraderError
from grader.sheets import Sheet, written
from grader.sheets.cells import amount
from grader.sheets.people import Person, person

__all__ = ["column_of", "filled", "people", "points_possible"]

GRADE = "Grade"
MAXIMUM = "Maximum Grade"
LOCKED = "Grade can be changed"
KEYS = ("ID number", "Username", "Email address")


def people(sheet: Sheet) -> dict[int, Person]:
    """The participants by row.

    Raises:
        GraderError: this is no grading worksheet.
    """
    header = _header(sheet)
    return {
        number: _participant(dict(zip(header, row, strict=False))) for number, row in enumerate(sheet.rows) if number
    }


def column_of(sheet: Sheet, named: str = GRADE) -> int:
    """The place of the column with the grades; Moodle translates its heading.

    Raises:
        GraderError: there is no such column.
    """
    header = _header(sheet)
    if named not in header:
        raise GraderError(f"no column is called {named!r}; --column names one of {', '.join(map(repr, header))}.")
    return header.index(named)


def points_possible(sheet: Sheet, _column: int) -> float | None:
    """The maximum of the assignment, where the file says so."""
    header = _header(sheet)
    if MAXIMUM not in header or len(sheet.rows) < 2 or len(sheet.rows[1]) <= header.index(MAXIMUM):
        return None
    text = sheet.rows[1][header.index(MAXIMUM)].strip().replace(",", ".")
    return float(text) if re.fullmatch(r"\d+(\.\d*)?", text) else None


def filled(sheet: Sheet, column: int, points: Mapping[int, float]) -> bytes:
    """The file with these points by row; a grade that Moodle says cannot be changed stays."""
    cells = {
        (row, column): sheet.number(amount(round(given, 2)))
        for row, given in points.items()
        if _told(sheet, row).get(LOCKED, "Yes") != "No"
    }
    return written(sheet, cells)


def _header(sheet: Sheet) -> tuple[str, ...]:
    header = tuple(name.strip() for name in sheet.rows[0]) if sheet.rows else ()
    if not header or header[0] not in ("Identifier", "ID") or len(header) < 3:
        raise GraderError("this is no grading worksheet of Moodle: its first column has to be Identifier.")
    return header


def _told(sheet: Sheet, row: int) -> dict[str, str]:
    return dict(zip(_header(sheet), sheet.rows[row], strict=False))


def _participant(told: Mapping[str, str]) -> Person:
    keys = [next(iter(told.values()), ""), *(told.get(name, "") for name in KEYS)]
    return person(keys, [told.get("Full name", "")], told)
