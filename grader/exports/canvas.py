"""Scores into one column of the gradebook that an instructor exported from Canvas; nothing else in it changes.

Canvas finds columns by their place and students by their ID, and takes an empty cell for a wish to delete. So the
instructor's own file is the form to fill in, and a cell without a score keeps what it has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from grader.errors import GraderError
from grader.sheets import Sheet, written
from grader.sheets.cells import amount
from grader.sheets.people import Person, person

__all__ = ["column_of", "filled", "people", "points_possible"]

IDS = ("SIS User ID", "SIS Login ID", "Integration ID")
LAST = "Section"
CALCULATED = re.compile(r"(Unposted )?(Current|Final|Override) (Score|Points|Grade|Status)\b.*")
POSTING = re.compile(r"(|Muted|Manual Posting.*|\(read only\))")
EXCUSED = "EX"


def people(sheet: Sheet) -> dict[int, Person]:
    """The students by row.

    Raises:
        GraderError: this is no export of Canvas's gradebook.
    """
    place = {name: sheet.rows[0].index(name) for name in ("ID", *IDS) if name in _header(sheet)}
    names = range(place["ID"])
    return {
        number: _student(row, place, names)
        for number, row in enumerate(sheet.rows)
        if number and len(row) > place["ID"] and not _is_about_columns(row)
    }


def column_of(sheet: Sheet, named: str) -> int:
    """The place of an assignment's column, by its heading, title or id.

    Raises:
        GraderError: there is no such column, or several, or Canvas would ignore it.
    """
    header = _header(sheet)
    first = max(header.index(name) for name in ("ID", *IDS, LAST) if name in header) + 1
    titles = {place: title for place, title in enumerate(header) if place >= first and not CALCULATED.fullmatch(title)}
    fitting = [place for place, title in titles.items() if named in (title, *_parts(title))]
    if len(fitting) != 1:
        close = get_close_matches(named, titles.values(), 3, 0.3) or list(titles.values())[:5]
        said = "several columns are" if fitting else "no column is"
        raise GraderError(f"{said} called {named!r}. Name one by its heading: {', '.join(map(repr, close))}.")
    if any("read only" in row[fitting[0]] for row in _about_columns(sheet) if len(row) > fitting[0]):
        raise GraderError(f"the column {named!r} is read only: Canvas would not take it.")
    return fitting[0]


def points_possible(sheet: Sheet, column: int) -> float | None:
    """The points of the column's assignment, where the file says so."""
    for row in _about_columns(sheet):
        if "Points Possible" in row[0] and len(row) > column:
            text = row[column].strip().replace(",", ".")
            return float(text) if re.fullmatch(r"\d+(\.\d*)?", text) else None
    return None


def filled(sheet: Sheet, column: int, points: Mapping[int, float]) -> bytes:
    """The file with these points by row; who is excused stays excused."""
    kept = {row for row in points if len(sheet.rows[row]) > column and sheet.rows[row][column].upper() == EXCUSED}
    cells = {(row, column): sheet.number(amount(round(given, 2))) for row, given in points.items() if row not in kept}
    return written(sheet, cells)


def _header(sheet: Sheet) -> tuple[str, ...]:
    header = sheet.rows[0] if sheet.rows else ()
    begins = [name.strip() for name in header[:3]]
    if len(header) > 3 and (begins[:2] == ["Student", "ID"] or begins == ["LastName", "FirstName", "ID"]):
        return header
    raise GraderError("this is no gradebook of Canvas: its first row has to begin with Student, ID.")


def _student(row: tuple[str, ...], place: Mapping[str, int], names: range) -> Person:
    keys = [row[at] for name, at in place.items() if name != "ID" and len(row) > at]
    written_names = [row[at] for at in names]
    sortable = " ".join(written_names)
    last, _, first = sortable.partition(",")
    forms = (sortable, f"{first} {last}", " ".join(reversed(written_names)))
    return person([f"canvas {row[place['ID']]}", *keys], forms, {"name": sortable})


def _parts(heading: str) -> tuple[str, ...]:
    """The title and the id of “Homework 1 (4711)”."""
    found = re.fullmatch(r"(.*) \((\d+)\)", heading, re.DOTALL)
    return found.groups() if found else ()


def _is_about_columns(row: tuple[str, ...]) -> bool:
    return "Points Possible" in row[0] or all(POSTING.fullmatch(cell.strip()) for cell in row)


def _about_columns(sheet: Sheet) -> list[tuple[str, ...]]:
    return [row for row in sheet.rows[1:] if row and _is_about_columns(row)]
