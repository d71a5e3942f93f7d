"""Grades numpy deep-learning homework: code is observed in a sandbox and judged later, without running anything."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.errors import GraderError
    from grader.grading import Key, grade, judge, observe, prepare
    from grader.intake import take
    from grader.model import Observations, Result, Submission
    from grader.rubric import Rubric, find_rubric, load_rubric
    from grader.sandbox import choose

__all__ = [
    "GraderError",
    "Key",
    "Observations",
    "Result",
    "Rubric",
    "Submission",
    "choose",
    "find_rubric",
    "grade",
    "judge",
    "load_rubric",
    "observe",
    "prepare",
    "take",
]

_HOMES = {
    "errors": ("GraderError",),
    "grading": ("Key", "grade", "judge", "observe", "prepare"),
    "intake": ("take",),
    "model": ("Observations", "Result", "Submission"),
    "rubric": ("Rubric", "find_rubric", "load_rubric"),
    "sandbox": ("choose",),
}


def __getattr__(name: str) -> Any:
    """Import a public name on its first use: the command line starts workers before anything heavy is imported."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
