"""Results → the columns of nbgrader's own CSV export, quoted, which nbgrader's exporter does not do.

A hand-in that still waits for something has no score here, rather than one that is too low.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from grader.exports import settled
from grader.model import Result
from grader.sheets.cells import amount, cell

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


def to_csv(
    results: Sequence[Result],
    students: Mapping[str, Mapping[str, str]],
    penalties: Mapping[str, float] = MappingProxyType({}),
    *,
    provisional: bool = False,
) -> str:
    """The table.

    Args:
        students: what is known of who handed in, by the hand-in's id: values for columns of the table.
        penalties: what being late costs, by the hand-in's id.
        provisional: whether a score is told that does not count what waits.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n", restval="", extrasaction="ignore")
    table.writeheader()
    for result in results:
        id_ = str(result.submission.get("id", ""))
        known = {name: cell(value) for name, value in {"student_id": id_, **students.get(id_, {})}.items()}
        score = result.score.given if provisional or settled(result) else None
        table.writerow(known | _scores(result, score, penalties.get(id_, 0.0)))
    return text.getvalue()


def _scores(result: Result, score: float | None, penalty: float) -> dict[str, str]:
    return {
        "assignment": cell(str(result.rubric.get("id", ""))),
        "raw_score": amount(score),
        "late_submission_penalty": "" if score is None else amount(penalty),
        "score": "" if score is None else amount(score - penalty),
        "max_score": amount(result.score.maximum),
    }
