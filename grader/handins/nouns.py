"""One hand-in of a class, as a platform's layout tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.intake.bundle import Bundle, Part
from grader.sheets.people import Person

__all__ = ["Find", "HandIn"]


@dataclass(frozen=True, slots=True)
class HandIn:
    """Which parts of the class are one hand-in, and who sent it when; hand-ins of one `owner` are its versions."""

    id: str
    parts: tuple[Part, ...]
    owner: str
    people: tuple[Person, ...] = ()  # several are a group
    late: bool = False  # as the platform marks it
    submitted: str = ""  # the moment, with a time zone, where the platform tells it
    version: int = 1
    of: int = 1  # how many versions there are


Find = Callable[[Bundle], "list[HandIn] | None"]
"""The hand-ins of a class, or None where it has another layout."""
