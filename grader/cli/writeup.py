"""`grader writeup`: the report that a course asks of its students, from their own code and their own words."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exits import BELOW, GRADED, INTERRUPTED, UNGRADED
from grader.cli.options import shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.data import DataSet
    from grader.experiments import Bench, Outcome, Run
    from grader.writeup import Document, Writeup

__all__ = ["command"]

KEPT = "experiments"


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one write-up."""

    path: Path
    out: Path
    form: str | None
    rubric: str | None
    data: tuple[str, ...]
    quick: bool
    jobs: int
    fresh: bool
    sandbox: str
    quiet: bool

    @property
    def is_html(self) -> bool:
        """Whether a page is wanted, and no PDF."""
        return self.form == "html" or (self.form is None and self.out.suffix.lower() in (".html", ".htm"))

    @property
    def folder(self) -> Path:
        """Where the numbers go."""
        return self.out.with_name(f"{self.out.stem}-data")


@click.command("writeup")
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=".")
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.pdf"),
    show_default=True,
    help="The report; its numbers go into a folder beside it.",
)
@click.option("--format", "form", type=click.Choice(["pdf", "html"]), help="[default: as the name of the report ends]")
@click.option("--rubric", metavar="COURSE|FILE", help="The course; otherwise it is told by the names in the hand-in.")
@click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a data set lies, such as mnist=data/.")
@click.option("--quick", is_flag=True, help="A fast preview, on a small data set that comes with the grader.")
@click.option("--jobs", type=click.IntRange(min=1), help="Runs at the same time. [default: the number of cores]")
@click.option("--fresh", is_flag=True, help="Do every run again, also those that an earlier write-up did.")
@click.option("--sandbox", default="auto", show_default=True, metavar="NAME", help="How the code is kept apart.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(jobs: int | None, form: str | None, **options: object) -> None:
    """Run the course's experiments on your own code and write the report.

    PATH is the folder of the hand-in, or a zip or tar archive of it. Tables and curves come from your code;
    explanations from your Markdown files and notebooks, under each section's heading. A run that is done is kept: a
    second write-up takes seconds, and one that was stopped goes on.

    Exit codes: 0 written, 1 written but a run of your code failed, 2 wrong input, 3 a run failed for another reason.

    \b
    Example:  grader writeup hw1/ -o report.pdf --data mnist=data/mnist
              grader writeup hw1/ -o preview.html --quick
    """
    asked = Asked(jobs=jobs or _cores(), form=form, **options)  # type: ignore[arg-type]  # click made them
    click.get_current_context().exit(_write_up(asked))


def _write_up(asked: Asked) -> int:
    from grader import writeup as writeups
    from grader.cli.courses import rubric_file
    from grader.experiments import Bench
    from grader.intake import take
    from grader.rubric import load_rubric
    from grader.sandbox import choose

    started = time.monotonic()
    sandbox = choose(asked.sandbox)
    _refuse_impossible(asked)
    intake = take(asked.path, pictures=True)
    course = load_rubric(rubric_file(asked.rubric, intake.files))
    writeup = _load(course.folder)
    source, preview = _data(writeup, asked)
    planned = writeups.plan(writeup, intake.files, preview=preview)
    splits = writeups.splits(writeup.data, source)
    aside = planned.read.union(name for name in intake.files if name.endswith(".md"))
    driver = course.driver.read_text("utf-8")
    bench = Bench(intake.files, driver, splits, sandbox, writeup.best_by, writeup.seconds, aside)
    _say(asked, f"{writeup.title}, sandbox {sandbox.name}", _about_data(writeup, source, preview, asked))
    outcomes = _run_all(planned.all, bench, writeup, asked)
    told = writeups.explanations(writeup.sections, intake.files, intake.pictures, intake.submission.files)
    name = intake.submission.id
    document = writeups.document(writeup, planned, outcomes, told, splits, name, intake.files, preview=preview)
    _write(document, writeups.tables_and_curves(document, writeup, planned, outcomes), asked)
    _say(asked, *(note for id_ in planned.absent for note in planned.notes[id_]))
    _tell(document, outcomes, time.monotonic() - started, asked)
    return _exit_code(outcomes)


def _refuse_impossible(asked: Asked) -> None:
    """Before minutes of training, not after them."""
    from grader.report import pdf_problem

    problem = None if asked.is_html else pdf_problem()
    if problem:
        raise GraderError(f"{problem}\nOr write HTML: --format html")


def _load(folder: Path) -> Writeup:
    from grader.writeup import FILE, load_writeup

    if not (folder / FILE).is_file():
        raise GraderError(f"{folder.name} asks for no write-up: there is no {FILE} beside its rubric.")
    return load_writeup(folder / FILE)


def _data(writeup: Writeup, asked: Asked) -> tuple[DataSet, bool]:
    """The data set, and whether this is a preview only."""
    from grader.data import load, parse_data_option

    paths = dict(parse_data_option(each) for each in asked.data)
    full = writeup.data.full
    if asked.quick or (full is not None and full not in paths):
        return load(writeup.data.quick), True
    return load(full, paths[full]) if full is not None else load(writeup.data.quick), False


def _about_data(writeup: Writeup, source: DataSet, preview: bool, asked: Asked) -> str:
    if preview and not asked.quick:
        return f"Without --data {writeup.data.full}=PATH this is a preview on {source.name}."
    return f"A preview on {source.name}." if preview else source.source


def _run_all(runs: list[Run], bench: Bench, writeup: Writeup, asked: Asked) -> list[Outcome]:
    """All outcomes in the order of the runs; Ctrl-C loses only what is under way."""
    from grader.experiments import perform
    from grader.kept import Kept

    kept = Kept(KEPT)
    if asked.fresh:
        for run in runs:
            kept.forget(bench.name(run))
    outcomes: list[Outcome] = []
    coming = perform(runs, bench, asked.jobs, kept)
    try:
        with _progress(len(runs), writeup, asked) as advance:
            for outcome in coming:
                outcomes.append(outcome)
                advance(outcome)
    except KeyboardInterrupt:
        click.echo(f"\nStopped: {len(outcomes)} of {len(runs)} runs are done. The same command goes on.", err=True)
        click.get_current_context().exit(INTERRUPTED)
    finally:
        coming.close()
    order = {id(run): place for place, run in enumerate(runs)}
    return sorted(outcomes, key=lambda outcome: order[id(outcome.run)])


@contextmanager
def _progress(count: int, writeup: Writeup, asked: Asked) -> Iterator[Callable[[Outcome], None]]:
    """A bar with rate, time left and the best so far on a terminal; a line for each run in a pipe."""
    from grader.cli import terminal

    screen = terminal.console()
    if asked.quiet:
        yield lambda _: None
    elif screen.is_terminal:
        with terminal.progress(screen, count) as advance:
            best = _Best(writeup.best_by)
            yield lambda outcome: advance(best.after(outcome))
    else:
        yield lambda outcome: screen.print(_line(outcome, writeup), soft_wrap=True)


class _Best:
    """The best run so far, in words."""

    def __init__(self, series: str) -> None:
        self._series = series
        self._value = -1.0
        self._told = ""

    def after(self, outcome: Outcome) -> str:
        value = outcome.at(self._series, "max")
        if value is not None and value > self._value:
            self._value, self._told = value, f"best: {outcome.run.label}, {value:.4f}"
        return self._told


def _line(outcome: Outcome, writeup: Writeup) -> str:
    """One run in one line."""
    from grader.report.text import one_line
    from grader.writeup import values_of

    if outcome.failure:
        return f"{outcome.run.label}: failed, {one_line(outcome.failure.message, 200)}"
    return f"{outcome.run.label}: {values_of(outcome, writeup)} ({_how_long(outcome)})"


def _how_long(outcome: Outcome) -> str:
    return "done before" if outcome.known else f"{outcome.seconds:.1f} s"


def _write(document: Document, numbers: Mapping[str, str], asked: Asked) -> None:
    """The report, and beside it the numbers; what an earlier run left there goes."""
    from grader.batch import write
    from grader.report.writeup import html, pdf

    files = dict(numbers)
    if asked.is_html:
        write(asked.out, html(document))
    else:
        content, pages = pdf(document)
        write(asked.out, content)
        files["pages.json"] = json.dumps({"sections": pages}, indent=1, ensure_ascii=False) + "\n"
    for name in ("tables", "curves"):
        shutil.rmtree(asked.folder / name, ignore_errors=True)
    for name, told in files.items():
        write(asked.folder / name, told)


def _tell(document: Document, outcomes: list[Outcome], seconds: float, asked: Asked) -> None:
    from grader.report.text import plural

    missing = [part.section.title for part in document.parts if part.is_missing]
    known = sum(outcome.known for outcome in outcomes)
    lines = [f"{plural(len(outcomes), 'run')} in {seconds:.1f} s{f', {known} of them done before' if known else ''}."]
    lines += [f"{each.run.label}: {each.failure.message} {each.failure.where}" for each in outcomes if each.failure]
    if missing:
        lines.append(f"No explanation was found for {', '.join(missing)}. Write under these headings in report.md.")
    lines.append(f"Report: {shown(asked.out)}. Tables and curves: {shown(asked.folder)}/")
    _say(asked, *lines)


def _exit_code(outcomes: list[Outcome]) -> int:
    faults = {outcome.failure.fault for outcome in outcomes if outcome.failure}
    return UNGRADED if faults - {"student"} else BELOW if faults else GRADED


def _say(asked: Asked, *lines: str) -> None:
    if not asked.quiet:
        from grader.report.text import visible

        for line in lines:
            click.echo(visible(line))


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
