"""Tables as files: CSV, or XLSX where the name says so. No cell that goes out is a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from grader.errors import GraderError
from grader.sheets import read
from grader.sheets.cells import amount, cell

__all__ = ["read_table", "table"]

XLSX = ".xlsx"
LARGEST = 64 << 20  # bytes, unpacked


def table(columns: Sequence[str], rows: Iterable[Mapping[str, object]], suffix: str) -> bytes:
    """The file's content, with these columns."""
    cells = [[_plain(row.get(column)) for column in columns] for row in rows]
    if suffix.lower() == XLSX:
        return _workbook([list(columns), *cells])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([each if isinstance(each, str) else amount(each) for each in row] for row in cells)
    return text.getvalue().encode()


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows by their headings, all as text.

    Raises:
        GraderError: it is no such file.
    """
    rows = _rows_of_workbook(path) if path.suffix.lower() == XLSX else read(path.read_bytes(), str(path)).rows
    if not rows:
        raise GraderError(f"{path}: this table is empty.")
    heading = [name.strip() for name in rows[0]]
    return [dict(zip(heading, map(_unquoted, row), strict=False)) for row in rows[1:]]


def _plain(value: object) -> str | float | None:
    return cell(value) if isinstance(value, str) else value if isinstance(value, int | float) else None


def _unquoted(text: str) -> str:
    """The text without the sign that `cell` puts before what looks like a formula."""
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text


def _workbook(rows: Sequence[Sequence[object]]) -> bytes:
    workbook = _openpyxl().Workbook(write_only=True)
    page = workbook.create_sheet("marks")
    page.freeze_panes = "A2"
    for row in rows:
        page.append(row)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _rows_of_workbook(path: Path) -> list[tuple[str, ...]]:
    try:
        content = io.BytesIO(path.read_bytes())
        with zipfile.ZipFile(content) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise GraderError(f"{path}: this workbook is too large.")
        page = _openpyxl().load_workbook(content, read_only=True, data_only=True).worksheets[0]
        return [tuple(map(_text, row)) for row in page.iter_rows(values_only=True) if any(row)]
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise GraderError(f"{path}: this workbook cannot be read ({type(error).__name__}).") from None


def _text(value: object) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return amount(value)
    return "" if value is None else str(value)


def _openpyxl() -> ModuleType:
    try:
        return import_module("openpyxl")
    except ImportError:
        raise GraderError("XLSX needs openpyxl; type: pip install 'dlgrader[book]', or use CSV.") from None
