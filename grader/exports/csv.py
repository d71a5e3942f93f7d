"""Results → plain CSV: a row for each hand-in, a column for each criterion; what has no points yet is empty."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.exports import amount, cell, criteria, settled
from grader.model import Result

__all__ = ["to_csv"]


def to_csv(results: Sequence[Result]) -> str:
    """The table. `score` counts what has points; `decided` is the maximum of that, `maximum` of everything."""
    titles = dict.fromkeys(criterion.id for result in results for _, criterion in criteria(result))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["hand_in", "status", "score", "decided", "maximum", *map(cell, titles)])
    for result in results:
        points = {criterion.id: criterion.score.given for _, criterion in criteria(result)}
        table.writerow([*_row(result), *(amount(points.get(id_)) for id_ in titles)])
    return text.getvalue()


def _row(result: Result) -> list[str]:
    scores = (result.score.given, result.decided.maximum, result.score.maximum)
    return [cell(str(result.submission.get("id", ""))), _status(result), *map(amount, scores)]


def _status(result: Result) -> str:
    return "graded" if settled(result) else "to mark" if result.complete else "partly"
