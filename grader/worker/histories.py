"""The records that hand-ins keep of a training run, in whatever form: one number per epoch, with the names it goes by.

    for name, numbers in named_series(network):
        print(name, numbers)  # "history train_loss", [2.3, 1.9, …]

Dictionaries, lists, rows of records, named tuples and small objects are all looked through; networks and data are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from grader.worker.holding import namespace

__all__ = ["entries", "named_series"]

_DEEPEST = 5
_LONGEST = 10_000  # entries; what has more is data


def named_series(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Lists and arrays of numbers, each with the names that lead to it; a list of records is taken by columns."""
    if depth > _DEEPEST or (isinstance(value, np.ndarray) and (value.ndim == 0 or value.size > _LONGEST)):
        return
    listed = list(value.values()) if isinstance(value, Mapping) else value  # a dictionary may go from step to loss
    if isinstance(listed, (list, tuple, np.ndarray)) and len(listed) and all(map(_is_number, listed)):
        yield path, listed
        return
    for name, inner in _parts(value, path):
        yield from named_series(inner, f"{path} {name}".strip(), depth + 1)


def entries(value: Any) -> Mapping[Any, Any]:
    """What a dictionary, list, tuple or object holds, by key, place or name."""
    if isinstance(value, Mapping):
        return value
    names = getattr(type(value), "_fields", None)
    if isinstance(value, tuple) and names:
        return dict(zip(names, value, strict=False))
    if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        return dict(enumerate(value))
    return {} if isinstance(value, (type, str, bytes)) else namespace(value)


def _parts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The entries of a value, and of a list of alike records its columns; what holds matrices is no record."""
    held = entries(value)
    if len(held) > _LONGEST or (path and any(isinstance(each, np.ndarray) and each.ndim > 1 for each in held.values())):
        return
    yield from ((str(key), inner) for key, inner in held.items())
    rows = [dict(entries(row)) for row in held.values()] if isinstance(value, (list, tuple, np.ndarray)) else []
    if len(rows) > 1 and rows[0] and all(row.keys() == rows[0].keys() for row in rows):
        yield from ((str(key), [row[key] for row in rows]) for key in rows[0])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.generic)) or (isinstance(value, np.ndarray) and value.size == 1)
