"""The results that `grader grade` left in a folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.gradebook.book import Book
    from grader.model import Result

__all__ = [
    "FILE",
    "RUN",
    "assignment_of",
    "each_standing",
    "ids_without",
    "read_result",
    "read_results",
    "run_of",
    "standing_results",
]

FILE = "result.json"
RUN = "run.json"


def run_of(out: Path) -> dict[str, Any]:
    """What run.json says of the run that left its results there; empty where there is none that can be read."""
    try:
        told = json.loads((out / RUN).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def read_results(out: Path) -> dict[Path, Result]:
    """The results by folder: OUT's own where it is one hand-in's, else those of its folders.

    Raises:
        GraderError: there are none, or one cannot be read.
    """
    return dict(_each_result(out))


def _each_result(out: Path) -> Iterator[tuple[Path, Result]]:
    folders = [out] if (out / FILE).is_file() else sorted(path.parent for path in out.glob(f"*/{FILE}"))
    if not folders:
        raise GraderError(
            f"{out}: no results here. Name the folder that `grader grade` or `grader batch` wrote, as after -o; "
            "without json in --format, it has none."
        )
    return ((folder, read_result(folder / FILE)) for folder in folders)


def standing_results(out: Path, named: str | None) -> dict[Path, Result]:
    """The results that stand in the gradebook, with what people gave; where there is no book, those of the folder."""
    return dict(each_standing(out, named))


def each_standing(out: Path, named: str | None) -> Iterator[tuple[Path, Result]]:
    """The same one after the other, for what needs no more than one at a time."""
    from grader.gradebook import FILE as BOOK
    from grader.gradebook import is_available, marked, open_book

    where = named or next((each / BOOK for each in (out, out.parent) if (each / BOOK).is_file()), None)
    if where is None or (named is None and not is_available()):
        yield from _each_result(out)
        return
    book = open_book(where)
    try:
        single = (out / FILE).is_file()
        entries = book.entries(assignment_of(out.parent if single else out, book))
    finally:
        book.close()
    standing = {name: entry for name, entry in entries.items() if entry.result and (not single or name == out.name)}
    if not standing:
        yield from _each_result(out)
    for name, entry in standing.items():
        folder = out if single else out / name
        yield folder, marked(_parsed(entry.result, folder), entry.marks)


def assignment_of(out: Path, book: Book) -> str:
    """Which assignment the folder is of: as run.json says, else the only one in the book.

    Raises:
        GraderError: it cannot be told.
    """
    try:
        return str(run_of(out)["rubric"]["id"])
    except (KeyError, TypeError):
        known = book.assignments()
    if len(known) != 1:
        raise GraderError(f"{out}: there is no run.json that says which assignment of the gradebook is meant.")
    return known[0]


def read_result(path: Path) -> Result:
    """One result.

    Raises:
        GraderError: it cannot be read.
    """
    try:
        return _parsed(path.read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(f"{path}: {error}") from None


def _parsed(text: str, where: Path) -> Result:
    from grader.exports.json import from_json

    try:
        return from_json(text)
    except GraderError as error:
        raise GraderError(f"{where}: {error}") from None


def ids_without(out: Path, ids: Collection[str]) -> list[str]:
    """The hand-ins of the run that have no result, as run.json has them."""
    told = run_of(out)
    try:
        every = [str(each["id"]) for each in told["hand_ins"]] + [str(each) for each in told["open"]]
    except (KeyError, TypeError):
        return []
    return [each for each in every if each not in ids]
