"""Results → plain CSV: a row for each hand-in, a column for each criterion; what has no points yet is empty."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from grader.exports import criteria, settled
from grader.model import Result
from grader.sheets.cells import amount, cell

__all__ = ["to_csv"]


def to_csv(results: Sequence[Result], penalties: Mapping[str, float] | None = None) -> str:
    """The table. `score` counts what has points; `decided` is the maximum of that, `maximum` of everything.

    Args:
        penalties: what being late costs, by hand-in; with it come the columns `late_penalty` and `final`.
    """
    titles = dict.fromkeys(criterion.id for result in results for _, criterion in criteria(result))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    late = [] if penalties is None else ["late_penalty", "final"]
    table.writerow(["hand_in", "status", "score", "decided", "maximum", *late, *map(cell, titles)])
    for result in results:
        points = {criterion.id: criterion.score.given for _, criterion in criteria(result)}
        late = [] if penalties is None else _late(result, penalties)
        table.writerow([*_row(result), *late, *(amount(points.get(id_)) for id_ in titles)])
    return text.getvalue()


def _row(result: Result) -> list[str]:
    scores = (result.score.given, result.decided.maximum, result.score.maximum)
    return [cell(str(result.submission.get("id", ""))), _status(result), *map(amount, scores)]


def _late(result: Result, penalties: Mapping[str, float]) -> list[str]:
    lost = penalties.get(str(result.submission.get("id", "")), 0.0)
    return [amount(lost), "" if result.score.given is None else amount(result.score.given - lost)]


def _status(result: Result) -> str:
    return "graded" if settled(result) else "to mark" if result.complete else "partly"
