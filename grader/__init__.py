"""Grades numpy deep-learning homework: code is observed in a sandbox and judged later, without running anything.

The names here are the Python API, and stay; docs/reference/python-api.md shows them at work.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as typing has it, whose import would take the first moments in which nothing catches Ctrl-C
if TYPE_CHECKING:
    from typing import Any

    from grader.api import (
        Grader,
        Observed,
        audit_rubric,
        check,
        grade,
        hand_ins_in,
        load_rubric,
        open_student,
        read_results,
        write_report,
    )
    from grader.classroom.export import Exported, export_results
    from grader.classroom.marks import give_marks, marks_history, marks_table, read_marks, write_marks_table
    from grader.classroom.publishing import Published, publish_marks
    from grader.classroom.rejudge import Rejudged, rejudge_class
    from grader.classroom.similar import Compared, compare_class
    from grader.classroom.statistics import class_statistics, write_statistics
    from grader.classroom.totals import term_totals
    from grader.commands import Ran, grade_batch, grade_class, run
    from grader.errors import GraderError, RubricError, StudentError
    from grader.exports.json import from_json, to_json
    from grader.health import Health, doctor
    from grader.kits.making import MadeKit, gradescope_kit, kit_problems, repository_kit, starter_kit
    from grader.model import CriterionResult, Finding, Result, Score, SectionResult
    from grader.notebook_pdfs import NotebookPdf, notebooks_to_pdf
    from grader.proxy import Proxy
    from grader.review.opening import Review, open_review
    from grader.rubric import Criterion, Rubric
    from grader.schema import result_schema, rubric_schema, writeup_schema
    from grader.starting import start_assignment
    from grader.writeup.making import WrittenUp, write_up

__all__ = [
    "Compared",
    "Criterion",
    "CriterionResult",
    "Exported",
    "Finding",
    "Grader",
    "GraderError",
    "Health",
    "MadeKit",
    "NotebookPdf",
    "Observed",
    "Proxy",
    "Published",
    "Ran",
    "Rejudged",
    "Result",
    "Review",
    "Rubric",
    "RubricError",
    "Score",
    "SectionResult",
    "StudentError",
    "WrittenUp",
    "audit_rubric",
    "check",
    "class_statistics",
    "compare_class",
    "doctor",
    "export_results",
    "from_json",
    "give_marks",
    "grade",
    "grade_batch",
    "grade_class",
    "gradescope_kit",
    "hand_ins_in",
    "kit_problems",
    "load_rubric",
    "marks_history",
    "marks_table",
    "notebooks_to_pdf",
    "open_review",
    "open_student",
    "publish_marks",
    "read_marks",
    "read_results",
    "rejudge_class",
    "repository_kit",
    "result_schema",
    "rubric_schema",
    "run",
    "start_assignment",
    "starter_kit",
    "term_totals",
    "to_json",
    "write_marks_table",
    "write_report",
    "write_statistics",
    "write_up",
    "writeup_schema",
]

_HOMES = {
    "api": (
        "Grader",
        "Observed",
        "audit_rubric",
        "check",
        "grade",
        "hand_ins_in",
        "load_rubric",
        "open_student",
        "read_results",
        "write_report",
    ),
    "classroom.export": ("Exported", "export_results"),
    "classroom.marks": ("give_marks", "marks_history", "marks_table", "read_marks", "write_marks_table"),
    "classroom.publishing": ("Published", "publish_marks"),
    "classroom.rejudge": ("Rejudged", "rejudge_class"),
    "classroom.similar": ("Compared", "compare_class"),
    "classroom.statistics": ("class_statistics", "write_statistics"),
    "classroom.totals": ("term_totals",),
    "commands": ("Ran", "grade_batch", "grade_class", "run"),
    "errors": ("GraderError", "RubricError", "StudentError"),
    "exports.json": ("from_json", "to_json"),
    "health": ("Health", "doctor"),
    "kits.making": ("MadeKit", "gradescope_kit", "kit_problems", "repository_kit", "starter_kit"),
    "model": ("CriterionResult", "Finding", "Result", "Score", "SectionResult"),
    "notebook_pdfs": ("NotebookPdf", "notebooks_to_pdf"),
    "proxy": ("Proxy",),
    "review.opening": ("Review", "open_review"),
    "rubric": ("Criterion", "Rubric"),
    "schema": ("result_schema", "rubric_schema", "writeup_schema"),
    "starting": ("start_assignment",),
    "writeup.making": ("WrittenUp", "write_up"),
}


def __getattr__(name: str) -> Any:
    """Import a public name on its first use: the command line starts workers before anything heavy is imported."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
