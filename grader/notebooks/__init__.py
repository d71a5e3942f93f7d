"""Notebooks of whatever age, size and state as plain values. Nothing of them is run; all is bounded."""

from __future__ import annotations

from grader.notebooks.cutting import MOST_BYTES, within
from grader.notebooks.reading import Cell, Notebook, Output, Unreadable, read

__all__ = ["MOST_BYTES", "Cell", "Notebook", "Output", "Unreadable", "read", "within"]
