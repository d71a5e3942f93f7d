"""The cells of a student's notebook, of whatever age; nothing where it cannot be read."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any

__all__ = ["cells", "joined"]

MOST_CELLS = 1000


def cells(content: bytes) -> list[Mapping[str, Any]]:
    """The notebook's cells in order."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it tells students to mend their notebooks' inner form
            notebook = import_module("nbformat").reads(content.decode("utf-8-sig", "replace"), as_version=4)
        return [cell for cell in notebook["cells"][:MOST_CELLS] if isinstance(cell, Mapping)]
    except Exception:  # not installed, or not a notebook: then there is nothing to take
        return []


def joined(source: Any) -> str:
    """A text of a notebook, which may be a list of lines."""
    return source if isinstance(source, str) else "".join(map(str, source or ()))
