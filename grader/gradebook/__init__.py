"""The gradebook: which result of a hand-in stands, what came before it, and what people decided.

SQLite in a file with one writer at a time, or any database that SQLAlchemy knows. An attempt that came to no result, or
to less than the one before, is kept but never stands in its place. What a person gives is kept apart from results, so
that grading again loses none of it. It needs `dlgrader[book]`; importing this does not import SQLAlchemy.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.gradebook.entries import Attempt, Conflict, Entry, Event, Given, Mark, Phrase
from grader.gradebook.standing import marked

if TYPE_CHECKING:
    from grader.gradebook.book import Book

__all__ = [
    "FILE",
    "MISSING",
    "Attempt",
    "Conflict",
    "Entry",
    "Event",
    "Given",
    "Mark",
    "Phrase",
    "is_available",
    "marked",
    "open_book",
]

FILE = "gradebook.db"
MISSING = "A gradebook needs SQLAlchemy; type: pip install 'dlgrader[book]'"


def is_available() -> bool:
    """Whether the libraries that a gradebook needs are there."""
    return find_spec("sqlalchemy") is not None and find_spec("alembic") is not None


def open_book(where: str | Path) -> Book:
    """The gradebook in this file, or at this URL; it is made, or brought up to date, where that is needed.

    Raises:
        GraderError: it cannot be opened, or its libraries are not there.
    """
    if not is_available():
        raise GraderError(MISSING)
    from grader.gradebook.book import Book

    text = str(where)
    return Book(text if "://" in text else f"sqlite:///{Path(where).absolute()}")
