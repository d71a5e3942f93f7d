"""A course's write-up: which experiments it asks for, and where each table, curve and explanation belongs."""

from __future__ import annotations

from grader.writeup.document import Document, document, values_of
from grader.writeup.export import tables_and_curves
from grader.writeup.plan import Planned, plan, splits
from grader.writeup.repeat import Row, repeat
from grader.writeup.spec import FILE, Writeup, load_writeup
from grader.writeup.texts import explanations

__all__ = [
    "FILE",
    "Document",
    "Planned",
    "Row",
    "Writeup",
    "document",
    "explanations",
    "load_writeup",
    "plan",
    "repeat",
    "splits",
    "tables_and_curves",
    "values_of",
]
