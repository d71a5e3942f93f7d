"""Results → the columns of nbgrader's own CSV export, quoted, which nbgrader's exporter does not do.

A hand-in that still waits for something has no score here, rather than one that is too low.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from grader.exports import amount, cell, settled
from grader.model import Result

__all__ = ["COLUMNS", "to_csv"]

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def to_csv(results: Sequence[Result], students: Mapping[str, Mapping[str, str]], *, provisional: bool = False) -> str:
    """The table.

    Args:
        students: what is known of who handed in, by the hand-in's id: values for columns of the table.
        provisional: whether a score is told that does not count what waits.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="", extrasaction="ignore")
    table.writeheader()
    for result in results:
        id_ = str(result.submission.get("id", ""))
        known = {name: cell(value) for name, value in {"student_id": id_, **students.get(id_, {})}.items()}
        table.writerow(known | _scores(result, provisional))
    return text.getvalue()


def _scores(result: Result, provisional: bool) -> dict[str, str]:
    score = amount(result.score.given) if provisional or settled(result) else ""
    return {
        "assignment": cell(str(result.rubric.get("id", ""))),
        "raw_score": score,
        "late_submission_penalty": "0" if score else "",
        "score": score,
        "max_score": amount(result.score.maximum),
    }
