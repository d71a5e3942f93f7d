"""A CSV file that somebody else wrote, in which cells are replaced and every other byte stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from grader.errors import GraderError

__all__ = ["Sheet", "read", "written"]

DELIMITERS = ",;\t"
BOM = "\ufeff"
DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a CSV file, and how each of them was written."""

    rows: tuple[tuple[str, ...], ...]
    raw: tuple[tuple[str, ...], ...]  # the same cells with their quotes
    ends: tuple[str, ...]  # what ends each row
    delimiter: str
    bom: str

    def number(self, text: str) -> str:
        """A number as this file writes numbers: with a decimal comma where its own numbers have one."""
        comma = self.delimiter != "," and any(DECIMAL_COMMA.fullmatch(cell) for row in self.rows for cell in row)
        return text.replace(".", ",") if comma else text


def read(data: bytes, name: str) -> Sheet:
    """The cells of a file.

    Raises:
        GraderError: it is not CSV in UTF-8, or a quote is not closed.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"PK")):
        raise GraderError(f"{name}: this is not CSV in UTF-8. Save it as “CSV UTF-8” and try again.")
    text = data.decode("utf-8", "surrogateescape")  # so that what is not UTF-8 goes back as it came
    bom = BOM if text.startswith(BOM) else ""
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    raw, ends = _split(text.removeprefix(bom), delimiter, name)
    return Sheet(tuple(tuple(map(_value, row)) for row in raw), raw, ends, delimiter, bom)


def written(sheet: Sheet, cells: Mapping[tuple[int, int], str]) -> bytes:
    """The file with these cells in place of its own; cells are named by row and column, from 0."""
    rows = [list(row) for row in sheet.raw]
    for (row, column), text in cells.items():
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = _quoted(text, sheet.delimiter)
    lines = (sheet.delimiter.join(row) + end for row, end in zip(rows, sheet.ends, strict=True))
    return (sheet.bom + "".join(lines)).encode("utf-8", "surrogateescape")


def _split(text: str, delimiter: str, name: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """The raw cells of each row, and what ends it."""
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"|[^"{delimiter}\r\n][^{delimiter}\r\n]*|)({delimiter}|\r\n|\r|\n|\Z)')
    rows: list[tuple[str, ...]] = []
    ends: list[str] = []
    row: list[str] = []
    at = 0
    while at < len(text) or row:
        found = cell.match(text, at)
        if not found:
            raise GraderError(f"{name}: in row {len(rows) + 1} a quote is out of place, so the file cannot be read.")
        row.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            rows.append(tuple(row))
            ends.append(found[2])
            row = []
    return tuple(rows), tuple(ends)


def _value(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw


def _quoted(text: str, delimiter: str) -> str:
    if any(sign in text for sign in ('"', "\r", "\n", delimiter)):
        return '"' + text.replace('"', '""') + '"'
    return text
