"""Grades numpy deep-learning homework: code is observed in a sandbox and judged later, without running anything.

The names here are the Python API, and stay; docs/reference/python-api.md shows them at work.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.api import (
        Grader,
        Observed,
        audit_rubric,
        check,
        grade,
        load_rubric,
        open_student,
        read_results,
        write_report,
    )
    from grader.commands import Ran, grade_class, run
    from grader.errors import GraderError, RubricError, StudentError
    from grader.exports.json import from_json, to_json
    from grader.model import CriterionResult, Finding, Result, Score, SectionResult
    from grader.proxy import Proxy
    from grader.rubric import Criterion, Rubric
    from grader.schema import result_schema, rubric_schema, writeup_schema

__all__ = [
    "Criterion",
    "CriterionResult",
    "Finding",
    "Grader",
    "GraderError",
    "Observed",
    "Proxy",
    "Ran",
    "Result",
    "Rubric",
    "RubricError",
    "Score",
    "SectionResult",
    "StudentError",
    "audit_rubric",
    "check",
    "from_json",
    "grade",
    "grade_class",
    "load_rubric",
    "open_student",
    "read_results",
    "result_schema",
    "rubric_schema",
    "run",
    "to_json",
    "write_report",
    "writeup_schema",
]

_HOMES = {
    "api": (
        *("Grader", "Observed", "audit_rubric", "check", "grade", "load_rubric", "open_student", "read_results"),
        "write_report",
    ),
    "commands": ("Ran", "grade_class", "run"),
    "errors": ("GraderError", "RubricError", "StudentError"),
    "exports.json": ("from_json", "to_json"),
    "model": ("CriterionResult", "Finding", "Result", "Score", "SectionResult"),
    "proxy": ("Proxy",),
    "rubric": ("Criterion", "Rubric"),
    "schema": ("result_schema", "rubric_schema", "writeup_schema"),
}


def __getattr__(name: str) -> Any:
    """Import a public name on its first use: the command line starts workers before anything heavy is imported."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
