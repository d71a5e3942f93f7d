"""A hand-in as an object: its driver's functions are methods, and what they give back is the caller's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from grader.errors import StudentError

__all__ = ["Proxy"]


class Asked(Protocol):
    """Whoever answers: a session's student, or something that speaks to one from another process."""

    def call(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """What `function` returned, as plain values and arrays."""

    def make(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """A handle for what `function` returned, which stays in the sandbox."""


class Proxy:
    """Calls go to the sandbox: `student.softmax(scores)`, or `student.make("build", "two-layer", sizes)` for a handle.

    A call that comes to no answer raises `StudentError`, which says what went wrong in words for the student.
    """

    def __init__(self, living: Callable[[], Asked]) -> None:
        self._living = living  # a worker that died is replaced, with the hand-in loaded again

    def call(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """What the driver's or the grader's `function` returned; arrays are copies that nobody else holds."""
        __tracebackhide__ = True
        return _shortly(self._living().call, function, *args, **kwargs)

    def make(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """Keep what `function` returned in the sandbox, and return a handle to give to other calls."""
        __tracebackhide__ = True
        return _shortly(self._living().make, function, *args, **kwargs)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(f"A hand-in has no {name!r} for others.")
        return partial(self.call, name)


def _shortly(ask: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """What is answered; a call without an answer leaves none of the grader's own lines in the traceback of a test."""
    __tracebackhide__ = True
    try:
        return ask(*args, **kwargs)
    except StudentError as error:
        raise error.with_traceback(None) from None
