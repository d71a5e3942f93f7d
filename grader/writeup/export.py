"""The numbers of a write-up for other programs: each table and each experiment's curves as CSV, all of it as JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from grader.experiments import Outcome
from grader.report.text import number
from grader.writeup.document import Document, TableBlock
from grader.writeup.plan import Planned
from grader.writeup.spec import Writeup

__all__ = ["tables_and_curves"]


def tables_and_curves(
    document: Document, writeup: Writeup, planned: Planned, outcomes: Sequence[Outcome]
) -> dict[str, str]:
    """The content of each file, by its name in the folder beside the report."""
    by_settings = {outcome.run.key: outcome for outcome in outcomes}
    results = {
        id_: [(run.label, by_settings[run.key]) for run in runs if run.key in by_settings]
        for id_, runs in planned.runs.items()
        if id_ not in planned.absent
    }
    files = {"results.json": _json(document, writeup, results)}
    for part in document.parts:
        tables = [block.table for block in part.blocks if isinstance(block, TableBlock)]
        for place, table in enumerate(tables):
            name = f"tables/{part.section.id}{f'-{place + 1}' if len(tables) > 1 else ''}.csv"
            files[name] = _csv([table.columns, *table.rows])
    for id_, found in results.items():
        files[f"curves/{re.sub(r'[^a-z0-9]+', '-', id_.lower())}.csv"] = _csv(
            _curve_rows(found, writeup.experiments[id_].sweep)
        )
    return files


def _curve_rows(found: Iterable[tuple[str, Outcome]], swept: Iterable[str]) -> Iterable[Sequence[Any]]:
    """One row for each value of each series: what is drawn, and easy to filter."""
    names = list(swept)
    yield ["run", *names, "series", "place", "value"]
    for label, outcome in found:
        settings = [outcome.run.settings[name] for name in names]
        for series, values in outcome.series.items():
            places = outcome.places.get(series, ())
            if len(places) != len(values):
                places = tuple(float(place + 1) for place in range(len(values)))
            for place, value in zip(places, values, strict=True):
                yield [label, *settings, series, number(place, 12), value]


def _json(document: Document, writeup: Writeup, results: Mapping[str, Sequence[tuple[str, Outcome]]]) -> str:
    told = {
        "title": document.title,
        "hand_in": document.hand_in,
        "preview": document.preview,
        "facts": dict(document.facts),
        "experiments": {
            id_: {"title": writeup.experiments[id_].title, "runs": [_run(label, each) for label, each in found]}
            for id_, found in results.items()
        },
    }
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _run(label: str, outcome: Outcome) -> dict[str, Any]:
    failure = outcome.failure
    return {
        "label": label,
        "settings": dict(outcome.run.settings),
        "epochs": outcome.epochs,
        "tested_epoch": None if outcome.best is None else outcome.best + 1,
        "series": {name: list(values) for name, values in outcome.series.items()},
        "places": {name: list(values) for name, values in outcome.places.items()},
        "numbers": dict(outcome.numbers),
        "failure": failure and {"code": failure.code, "message": failure.message, "where": failure.where},
        "seconds": round(outcome.seconds, 1),
    }


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; a text that a spreadsheet would take for a formula gets a quote before it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([[_safe(value) for value in row] for row in rows])
    return file.getvalue()


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "@", "\t"} else value
