"""The same numbers as tables for other programs: CSV with the standard library, Parquet with pyarrow."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from grader.errors import GraderError
from grader.sheets.tables import table
from grader.statistics.criteria import Tally
from grader.statistics.row import Row
from grader.statistics.summary import Statistics

__all__ = ["MISSING", "TABLES", "to_csv", "to_parquet"]

TABLES = ("class", "criteria", "mistakes")
MISSING = "Parquet needs pyarrow; type: pip install 'dlgrader[parquet]', or use CSV."
Columns = Mapping[str, Sequence[str | float | None]]


def to_csv(statistics: Statistics, name: str) -> bytes:
    """One of the tables as CSV; no cell of it is a formula."""
    columns = columns_of(statistics, name)
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return table(list(columns), rows, ".csv")


def to_parquet(statistics: Statistics, name: str) -> bytes:
    """One of the tables as Parquet: numbers stay numbers, and what is not known is null.

    Raises:
        GraderError: pyarrow is not installed.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise GraderError(MISSING) from None
    columns = columns_of(statistics, name)
    typed = {key: arrow.array(_clean(values), _type(arrow, values)) for key, values in columns.items()}
    content = io.BytesIO()
    parquet.write_table(arrow.table(typed), content)
    return content.getvalue()


def columns_of(statistics: Statistics, name: str) -> Columns:
    """One of the tables, by its columns."""
    if name == "class":
        return dict(_class(statistics))
    return _criteria(statistics.tallies) if name == "criteria" else _mistakes(statistics)


def _class(statistics: Statistics) -> Iterator[tuple[str, Sequence[str | float | None]]]:
    rows = statistics.rows
    yield "hand_in", [row.id for row in rows]
    yield "status", [row.status for row in rows]
    yield "score", [row.score.given for row in rows]
    yield "decided", [None if row.problem else row.decided for row in rows]
    yield "maximum", [None if row.problem else row.score.maximum for row in rows]
    yield "percent", [row.percent for row in rows]
    yield "seconds", [row.seconds for row in rows]
    yield "look", ["; ".join(row.looks) for row in rows]
    yield "why", [_why(row) for row in rows]
    yield "mistakes", ["; ".join(dict.fromkeys(each.id for each in row.mistakes)) for row in rows]
    for asked in statistics.asked:
        yield f"{asked.id}", [row.points.get(asked.id) for row in rows]
        yield f"{asked.id}:verdict", [row.verdicts.get(asked.id, "") for row in rows]


def _why(row: Row) -> str:
    return "; ".join(filter(None, (row.problem, *row.integrity)))


def _criteria(tallies: Sequence[Tally]) -> Columns:
    found = [tally.discrimination for tally in tallies]
    return {
        "criterion": [tally.asked.id for tally in tallies],
        "title": [tally.asked.title for tally in tallies],
        "section": [tally.asked.section for tally in tallies],
        "points": [tally.asked.points for tally in tallies],
        "judged": [float(tally.judged) for tally in tallies],
        "passed": [float(tally.passed) for tally in tallies],
        "pass_rate": [tally.rate for tally in tallies],
        "mean_share": [tally.share for tally in tallies],
        "waiting": [float(tally.waiting) for tally in tallies],
        "discrimination": [each.r if each else None for each in found],
        "discrimination_low": [each.low if each else None for each in found],
        "discrimination_high": [each.high if each else None for each in found],
    }


def _mistakes(statistics: Statistics) -> Columns:
    mistakes = statistics.mistakes
    return {
        "mistake": [each.id for each in mistakes],
        "title": [each.title for each in mistakes],
        "hand_ins": [float(each.hand_ins) for each in mistakes],
        "criteria": ["; ".join(each.criteria) for each in mistakes],
        "mean_points_lost": [each.lost for each in mistakes],
    }


def _type(arrow: Any, values: Sequence[str | float | None]) -> Any:
    return arrow.string() if any(isinstance(each, str) for each in values) else arrow.float64()


def _clean(values: Sequence[str | float | None]) -> list[str | float | None]:
    """The values, with a question mark for what UTF-8 cannot hold."""
    return [each.encode("utf-8", "replace").decode("utf-8") if isinstance(each, str) else each for each in values]
