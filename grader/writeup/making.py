"""A student's write-up from beginning to end: the runs that the course asks for, then one document of them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.errors import GraderError
from grader.writeup.document import Document, document
from grader.writeup.export import tables_and_curves
from grader.writeup.plan import Planned, plan, splits
from grader.writeup.spec import FILE, Writeup, load_writeup
from grader.writeup.texts import explanations

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.experiments import Bench, Outcome, Run
    from grader.intake import Intake
    from grader.rubric import Rubric

__all__ = ["Making", "WrittenUp", "begin", "data_folder", "finish", "outcomes_of", "write_up"]

KEPT = "experiments"
Form = Literal["pdf", "html"]


@dataclass(frozen=True, slots=True)
class Making:
    """A write-up whose runs are planned."""

    writeup: Writeup
    planned: Planned
    bench: Bench
    source: DataSet
    preview: bool
    intake: Intake

    @property
    def runs(self) -> list[Run]:
        """All runs, in the order of the write-up."""
        return self.planned.all


@dataclass(frozen=True, slots=True)
class WrittenUp:
    """A write-up that is done. Nothing is written before `write`."""

    document: Document
    outcomes: tuple[Outcome, ...]  # of the runs, in their order
    numbers: Mapping[str, str]  # its tables and curves as files, by name

    def write(self, path: str | Path, form: Form | None = None) -> None:
        """Write it as a PDF or a page, as the name ends, and its numbers into the folder beside it.

        Raises:
            GraderError: no PDF can be made here.
        """
        _write(self, Path(path), form or form_of(path))


def write_up(
    path: str | Path = ".",
    *,
    rubric: Rubric | str | Path | None = None,
    data: Mapping[str, str | Path] | None = None,
    quick: bool = False,
    jobs: int | None = None,
    fresh: bool = False,
    sandbox: str = "auto",
) -> WrittenUp:
    """Run the experiments that a course asks for on this hand-in's code; runs that were done before are taken over.

    Args:
        rubric: without one, the course is told by the names in the hand-in.
        data: where data sets lie, such as {"mnist": "data/mnist"}; without it, a preview on a small one is made.
        quick: make a preview in any case.
        jobs: runs at the same time; the number of cores unless it is given.
        fresh: do every run again.

    Raises:
        GraderError: the course asks for no write-up, or the hand-in or the data cannot be read.
    """
    making = begin(path, rubric=rubric, data=data, quick=quick, sandbox=sandbox)
    return finish(making, list(outcomes_of(making, jobs, fresh=fresh)))


def begin(
    path: str | Path,
    *,
    rubric: Rubric | str | Path | None = None,
    data: Mapping[str, str | Path] | None = None,
    quick: bool = False,
    sandbox: str = "auto",
) -> Making:
    """Read the hand-in and the data, and plan the runs."""
    from grader.courses import rubric_of
    from grader.driver import read_driver
    from grader.experiments import Bench
    from grader.intake import take
    from grader.sandbox import choose

    chosen = choose(sandbox)
    intake = take(Path(path), pictures=True)
    course = rubric_of(rubric, intake.files)
    writeup = _load(course.folder)
    source, preview = _data(writeup, data or {}, quick)
    planned = plan(writeup, intake.files, preview=preview)
    parts = splits(writeup.data, source)
    aside = planned.read.union(name for name in intake.files if name.endswith(".md"))
    bench = Bench(intake.files, read_driver(course.driver), parts, chosen, writeup.best_by, writeup.seconds, aside)
    return Making(writeup, planned, bench, source, preview, intake)


def outcomes_of(making: Making, jobs: int | None = None, *, fresh: bool = False) -> Generator[Outcome]:
    """The outcome of each run as it comes; closing the generator loses only what is under way."""
    from grader.experiments import perform
    from grader.kept import Kept

    kept = Kept(KEPT)
    if fresh:
        for run in making.runs:
            kept.forget(making.bench.name(run))
    yield from perform(making.runs, making.bench, jobs or _cores(), kept)


def finish(making: Making, outcomes: Sequence[Outcome]) -> WrittenUp:
    """The document of these outcomes, with the student's own words, pictures and code."""
    writeup, intake, planned = making.writeup, making.intake, making.planned
    order = {id(run): place for place, run in enumerate(making.runs)}
    ordered = sorted(outcomes, key=lambda outcome: order[id(outcome.run)])
    told = explanations(writeup.sections, intake.files, intake.pictures, intake.submission.files)
    parts, name = making.bench.splits, intake.submission.id
    made = document(writeup, planned, ordered, told, parts, name, intake.files, preview=making.preview)
    return WrittenUp(made, tuple(ordered), tables_and_curves(made, writeup, planned, ordered))


def data_folder(path: str | Path) -> Path:
    """Where the numbers of the report `path` go."""
    return Path(path).with_name(f"{Path(path).stem}-data")


def form_of(path: str | Path) -> Form:
    """What a report is, as its name ends."""
    return "html" if Path(path).suffix.lower() in (".html", ".htm") else "pdf"


def _load(folder: Path) -> Writeup:
    if not (folder / FILE).is_file():
        raise GraderError(f"{folder.name} asks for no write-up: there is no {FILE} beside its rubric.")
    return load_writeup(folder / FILE)


def _data(writeup: Writeup, places: Mapping[str, str | Path], quick: bool) -> tuple[DataSet, bool]:
    """The data set, and whether this is a preview only."""
    from grader.data import load

    full = writeup.data.full
    if quick or (full is not None and full not in places):
        return load(writeup.data.quick), True
    return load(full, Path(places[full])) if full is not None else load(writeup.data.quick), False


def _write(made: WrittenUp, path: Path, form: Form) -> None:
    """The report, and beside it the numbers; what an earlier run left there goes."""
    from grader.report.writeup import html, pdf
    from grader.writing import write

    files = dict(made.numbers)
    if form == "html":
        write(path, html(made.document))
    else:
        content, pages = pdf(made.document)
        write(path, content)
        files["pages.json"] = json.dumps({"sections": pages}, indent=1, ensure_ascii=False) + "\n"
    folder = data_folder(path)
    for name in ("tables", "curves"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name, told in files.items():
        write(folder / name, told)


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
