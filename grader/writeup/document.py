"""Outcomes and explanations joined into a document: what stands in each section, ready to be laid out or exported."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from grader.experiments import Array, Outcome, Run, Splits
from grader.model import Curve, Failure, NamedCurve, Series, Table
from grader.report.text import number, one_line
from grader.writeup.excerpts import Excerpt, excerpts
from grader.writeup.plan import Planned, label
from grader.writeup.spec import (
    Chart,
    Charts,
    Code,
    DecisionMap,
    Network,
    Overlay,
    Pictures,
    Relation,
    Section,
    Show,
    TableOf,
    Value,
    Writeup,
)
from grader.writeup.texts import Explanation

__all__ = [
    "Block",
    "CodeBlock",
    "Document",
    "MapBlock",
    "NetworkBlock",
    "Panel",
    "Part",
    "PictureBlock",
    "TableBlock",
    "TextBlock",
    "cell",
    "document",
    "value_of",
    "values_of",
]

DIGITS = 4  # decimals of an accuracy
MOST_DRAWN = 400  # points on a map


@dataclass(frozen=True)
class TableBlock:
    """A table, and what a reader should know about it."""

    kind: ClassVar[str] = "table"
    table: Table
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """The charts of one run, or of several in one; `failure` says why there are none."""

    kind: ClassVar[str] = "panel"
    title: str
    told: str  # a few numbers beside the title
    curves: tuple[Curve, ...]
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    of_one: bool = False  # one of many, each of one run: they come after the explanation


@dataclass(frozen=True)
class PictureBlock:
    """Small pictures beside each other: values (n, height, width), blue below zero and red above."""

    kind: ClassVar[str] = "pictures"
    title: str
    values: Array
    columns: int


@dataclass(frozen=True)
class MapBlock:
    """A prediction in 0…1 over a plane, and points by class on it."""

    kind: ClassVar[str] = "map"
    title: str
    values: Array  # (rows of y, columns of x)
    x: Array
    y: Array
    points: tuple[tuple[float, float, int], ...]
    labels: tuple[str, str]


@dataclass(frozen=True)
class NetworkBlock:
    """A network to be drawn."""

    kind: ClassVar[str] = "network"
    network: Network


@dataclass(frozen=True)
class CodeBlock:
    """Functions of the student's own."""

    kind: ClassVar[str] = "code"
    title: str
    excerpts: tuple[Excerpt, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TextBlock:
    """The course's own words, in Markdown."""

    kind: ClassVar[str] = "text"
    markdown: str


Block = TableBlock | Panel | PictureBlock | MapBlock | NetworkBlock | CodeBlock | TextBlock


@dataclass(frozen=True)
class Part:
    """One section: the question, what was measured, and what the student says about it."""

    section: Section
    blocks: tuple[Block, ...]
    explanation: Explanation | None

    @property
    def is_missing(self) -> bool:
        """Whether the student has still to explain."""
        return self.explanation is None and self.section.explanation == "required"

    @property
    def lead(self) -> tuple[Block, ...]:
        """What comes before the explanation."""
        return tuple(block for block in self.blocks if not (isinstance(block, Panel) and block.of_one))

    @property
    def rest(self) -> tuple[Block, ...]:
        """The panels of single runs: they fill pages, and are looked up rather than read."""
        return tuple(block for block in self.blocks if isinstance(block, Panel) and block.of_one)


@dataclass(frozen=True)
class Document:
    """A write-up, complete."""

    title: str
    course: str
    hand_in: str
    preview: bool
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]


def document(
    writeup: Writeup,
    planned: Planned,
    outcomes: Sequence[Outcome],
    told: Mapping[str, Explanation],
    splits: Splits,
    hand_in: str,
    files: Mapping[str, bytes],
    *,
    preview: bool,
) -> Document:
    """Everything in its place."""
    by_settings = {outcome.run.key: outcome for outcome in outcomes}
    results = {id_: [_of(run, by_settings) for run in runs] for id_, runs in planned.runs.items()}
    desk = _Desk(writeup, planned, results, splits, files)
    parts = tuple(Part(each, tuple(desk.blocks(each)), told.get(each.id)) for each in writeup.sections)
    return Document(writeup.title, writeup.course, hand_in, preview, _facts(writeup, splits, preview), parts)


def cell(outcome: Outcome, name: str, writeup: Writeup) -> str | float | None:
    """What a table's column says of a run: a value, or else a setting."""
    if name in writeup.values:
        found = value_of(outcome, writeup.values[name])
        return None if found is None else round(found, DIGITS) if abs(found) < 1000 else found
    setting = outcome.run.settings[name]
    return number(setting, 6) if isinstance(setting, (int, float)) and not isinstance(setting, bool) else str(setting)


def values_of(outcome: Outcome, writeup: Writeup) -> str:
    """The values of a run in a line."""
    found = ((name, cell(outcome, name, writeup)) for name in writeup.values)
    told = (f"{writeup.names.get(name, name)} {number(v, DIGITS)}" for name, v in found if isinstance(v, float))
    return ", ".join(told)


def value_of(outcome: Outcome, value: Value) -> float | None:
    """The number that a value of the write-up stands for."""
    if value.series is not None:
        return outcome.at(value.series, value.at)
    if value.number is not None:
        return outcome.numbers.get(value.number)
    array = outcome.arrays.get(value.norm or "")
    norm = None if array is None else float(np.linalg.norm(array.reshape(-1)))
    return norm if norm is not None and np.isfinite(norm) else None


def _of(run: Run, outcomes: Mapping[Any, Outcome]) -> Outcome:
    """The outcome of a run, which may have been done for another experiment."""
    found = outcomes.get(run.key)
    if found is None:
        return Outcome(run, failure=Failure("grader", "not-run", "This was not run."))
    return replace(found, run=run)


def _facts(writeup: Writeup, splits: Splits, preview: bool) -> tuple[tuple[str, str], ...]:
    rows = ", ".join(f"{len(y):,} {name}" for name, y in splits.labels.items())
    told = [("Data", splits.source), ("Rows", rows), ("Settings", label(writeup.settings, writeup.names))]
    if preview:
        quick = {"everywhere": writeup.quick, **{each.title: each.quick for each in writeup.experiments.values()}}
        changed = [f"{where}: {label(settings, writeup.names)}" for where, settings in quick.items() if settings]
        told.append(("Changed for the preview", "; ".join(changed) or "nothing"))
    return tuple(told)


@dataclass(frozen=True)
class _Desk:
    """All that is at hand when a section is put together."""

    writeup: Writeup
    planned: Planned
    results: Mapping[str, Sequence[Outcome]]
    splits: Splits
    files: Mapping[str, bytes]

    def blocks(self, section: Section) -> Iterator[Block]:
        told: set[str] = set()
        for show in section.show:
            absent = self._absent(show)
            if absent is None:
                yield from self.shown(show)
            elif absent not in told:
                told.add(absent)
                yield TextBlock(self._instead(absent))

    def _absent(self, show: Show) -> str | None:
        """The experiment whose package is not installed, where nothing else is to be shown."""
        asked = list(getattr(show.what, "experiments", None) or filter(None, [getattr(show.what, "experiment", None)]))
        return asked[0] if asked and all(id_ in self.planned.absent for id_ in asked) else None

    def _instead(self, experiment: str) -> str:
        title, package = self.writeup.experiments[experiment].title, self.planned.absent[experiment]
        return (
            f"**{title}: not run.** It needs `{package}`, which is not installed where this report was made. "
            "This costs nothing: show plots of your own in its place, as pictures below this section's heading."
        )

    def shown(self, show: Show) -> Iterator[Block]:
        what = show.what
        makers: dict[type, Any] = {
            TableOf: self.table,
            Charts: self.panels,
            Overlay: self.overlay,
            Relation: self.relation,
            Pictures: self.pictures,
            DecisionMap: self.maps,
            Code: self.code,
        }
        if isinstance(what, str):
            yield TextBlock(what)
        elif isinstance(what, Network):
            yield NetworkBlock(what)
        else:
            yield from makers[type(what)](what)

    def code(self, asked: Code) -> Iterator[Block]:
        yield CodeBlock(asked.title, *excerpts(asked, self.files))

    def table(self, asked: TableOf) -> Iterator[Block]:
        outcomes = [outcome for id_ in asked.experiments for outcome in self.results[id_]]
        rows = tuple(tuple(cell(each, name, self.writeup) for name in asked.columns) for each in outcomes)
        columns = tuple(self.named(name) for name in asked.columns)
        title = asked.title or self.writeup.experiments[asked.experiments[0]].title
        yield TableBlock(Table(title, columns, rows, self._marked(asked, rows)), self._notes(asked, outcomes))

    def _notes(self, asked: TableOf, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
        notes = [note for id_ in asked.experiments for note in self.planned.notes.get(id_, ())]
        notes += [f"{each.run.label}: {one_line(each.failure.message, 200)}" for each in outcomes if each.failure]
        return tuple(dict.fromkeys([*notes, *(note for each in outcomes for note in each.notes)]))

    def _marked(self, asked: TableOf, rows: Sequence[Sequence[Any]]) -> int | None:
        if asked.mark not in asked.columns:
            return None
        place = asked.columns.index(asked.mark)
        numbers = [(row[place], -index) for index, row in enumerate(rows) if isinstance(row[place], float)]
        return -max(numbers)[1] if numbers else None

    def named(self, name: str) -> str:
        return self.writeup.names.get(name, name)

    def panels(self, asked: Charts) -> Iterator[Block]:
        for outcome in self.results[asked.experiment]:
            curves = tuple(_chart(chart, outcome, asked.x) for chart in asked.charts)
            drawn = () if outcome.failure else curves
            yield Panel(outcome.run.label, self._told(outcome), drawn, outcome.failure, outcome.notes, of_one=True)
        if not self.results[asked.experiment]:
            yield Panel(
                self.writeup.experiments[asked.experiment].title, "", (), notes=self.planned.notes[asked.experiment]
            )

    def _told(self, outcome: Outcome) -> str:
        told = values_of(outcome, self.writeup)
        if outcome.best is None or not outcome.epochs:
            return told
        return f"{told}, tested as it was after epoch {outcome.best + 1} of {outcome.epochs}"

    def overlay(self, asked: Overlay) -> Iterator[Block]:
        outcomes = [each for each in self.results[asked.experiment] if not each.failure]
        if not outcomes:
            return
        curves = tuple(_overlaid(name, outcomes, asked.x) for name in asked.series)
        yield Panel("All in one", self.writeup.experiments[asked.experiment].title, curves)

    def relation(self, asked: Relation) -> Iterator[Block]:
        outcomes = self.results[asked.experiment]
        names = tuple(str(cell(each, asked.x, self.writeup)) for each in outcomes)
        series = tuple(
            Series(self.named(name), tuple(_float(cell(each, name, self.writeup)) for each in outcomes))
            for name in asked.y
        )
        places = tuple(float(place) for place in range(len(outcomes)))
        x_label, y_label = asked.x_label or self.named(asked.x), asked.y_label or self.named(asked.y[0])
        failed = tuple(f"{each.run.label}: {each.failure.message}" for each in outcomes if each.failure)
        yield Panel(asked.title, "", (NamedCurve(y_label, x_label, y_label, places, series, names),), notes=failed)

    def pictures(self, asked: Pictures) -> Iterator[Block]:
        for place, outcome in enumerate(self.results[asked.experiment]):
            if asked.runs and place not in asked.runs:
                continue
            title = ", ".join(filter(None, (asked.title, outcome.run.label)))
            array = outcome.arrays.get(asked.array)
            if array is None or array.ndim not in (2, 3) or not array.size:
                missing = Failure("student", "no-picture", f"No pictures: the run gave no {asked.array}.")
                yield Panel(title, "", (), outcome.failure or missing)
            else:
                yield PictureBlock(title, array.reshape(-1, *array.shape[-2:]), asked.columns)

    def maps(self, asked: DecisionMap) -> Iterator[Block]:
        for outcome in self.results[asked.experiment]:
            title = asked.title or outcome.run.label
            values, x, y = (outcome.arrays.get(name) for name in (asked.array, asked.x, asked.y))
            fits = values is not None and x is not None and y is not None and values.shape == (y.size, x.size)
            if values is None or x is None or y is None or not fits or not values.size:
                missing = Failure("student", "no-map", "No map: the run gave no values for it.")
                yield Panel(title, "", (), outcome.failure or missing)
            else:
                points = tuple(self._points(asked.points))
                yield MapBlock(title, values, x.reshape(-1), y.reshape(-1), points, asked.labels)

    def _points(self, names: Sequence[str]) -> Iterator[tuple[float, float, int]]:
        for name in names:
            X, y = self.splits.given.get(f"X_{name}"), self.splits.labels.get(name)
            if X is not None and y is not None and X.ndim == 2 and X.shape[1] == 2:
                for row, k in zip(X[:MOST_DRAWN], y[:MOST_DRAWN], strict=True):
                    yield float(row[0]), float(row[1]), int(k)


def _chart(chart: Chart, outcome: Outcome, x_label: str) -> Curve:
    """The series of one run; those with other places along the axis are put on the union of all."""
    return _curve(chart.title, chart.y or chart.title.lower(), x_label, [(n, n, outcome) for n in chart.series])


def _overlaid(name: str, outcomes: Sequence[Outcome], x_label: str) -> Curve:
    lines = [(outcome.run.label, name, outcome) for outcome in outcomes]
    return _curve(name[:1].upper() + name[1:], name, x_label, lines)


def _curve(title: str, y_label: str, x_label: str, lines: Sequence[tuple[str, str, Outcome]]) -> Curve:
    points = {shown: dict(_points(outcome, name)) for shown, name, outcome in lines}
    places = tuple(sorted({place for line in points.values() for place in line}))
    short = _without_common_start(list(points))
    series = tuple(
        Series(shown, tuple(_at(place, line) for place in places))
        for shown, line in zip(short, points.values(), strict=True)
    )
    return Curve(title, x_label, y_label, places, series)


def _at(place: float, line: Mapping[float, float | None]) -> float | None:
    """The value there; between two of the line's own places, what the drawn line would show."""
    if place in line:
        return line[place]
    own = sorted(line)
    after = bisect(own, place)
    if not 0 < after < len(own):
        return None
    start, end = own[after - 1], own[after]
    low, high = line[start], line[end]
    return None if low is None or high is None else low + (high - low) * (place - start) / (end - start)


def _points(outcome: Outcome, name: str) -> Iterator[tuple[float, float | None]]:
    values = outcome.series.get(name, ())
    places = outcome.places.get(name, ())
    if len(places) != len(values):
        places = tuple(float(place + 1) for place in range(len(values)))
    return zip(places, values, strict=True)


def _without_common_start(names: Sequence[str]) -> list[str]:
    """“train” for “train loss” beside “valid loss”, “0.1” for “learning rate 0.1” beside another one."""
    words = [name.split(" ") for name in names]
    while len(words) > 1 and all(len(each) > 1 for each in words) and len({each[0] for each in words}) == 1:
        words = [each[1:] for each in words]
    while len(words) > 1 and all(len(each) > 1 for each in words) and len({each[-1] for each in words}) == 1:
        words = [each[:-1] for each in words]
    return [" ".join(each) for each in words]


def _float(value: Any) -> float | None:
    return value if isinstance(value, float) else None
