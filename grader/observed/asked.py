"""What a check asks, as a digest: two rubrics that ask the same can judge by the same observations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.session import Handle

if TYPE_CHECKING:
    from grader.session import Student

__all__ = ["Overheard", "digest"]


def digest(value: Any) -> str:
    """A digest of a value as checks use them; an object that is kept in the worker counts by its label."""
    heard = hashlib.sha256()
    _feed(heard, value)
    return heard.hexdigest()


class Overheard:
    """A student whose requests are listened to."""

    def __init__(self, student: Student) -> None:
        self._student = student
        self._heard = hashlib.sha256()

    @property
    def asked(self) -> str:
        """A digest of all requests so far, in order."""
        return self._heard.hexdigest()

    def call(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        """Ask the student."""
        _feed(self._heard, ["call", function, args, kwargs])
        return self._student.call(function, *args, limit=limit, **kwargs)

    def make(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Handle:
        """Have the student keep an object."""
        _feed(self._heard, ["make", function, args, kwargs])
        return self._student.make(function, *args, limit=limit, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._student, name)


def _feed(heard: Any, value: Any) -> None:
    """Add a value, with its kind and its length, so that no two values add the same bytes."""
    if isinstance(value, np.ndarray):
        heard.update(f"array {value.dtype.str} {value.shape} ".encode())
        heard.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        heard.update(f"mapping {len(value)} ".encode())
        for name, part in value.items():
            _feed(heard, str(name))
            _feed(heard, part)
    elif isinstance(value, list | tuple):
        heard.update(f"list {len(value)} ".encode())
        for part in value:
            _feed(heard, part)
    else:
        text = value.label if isinstance(value, Handle) else repr(value)
        heard.update(f"{type(value).__name__} {len(text)} {text} ".encode("utf-8", "surrogatepass"))
