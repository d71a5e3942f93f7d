"""`grader writeup`: the report that a course asks of its students, from their own code and their own words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.exits import BELOW, GRADED, INTERRUPTED, UNGRADED
from grader.cli.options import rubric_option, sandbox_option, shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.experiments import Outcome
    from grader.writeup import Writeup
    from grader.writeup.making import Form, Making, WrittenUp

__all__ = ["command"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one write-up."""

    path: Path
    out: Path
    form: Form | None
    rubric: str | None
    data: tuple[str, ...]
    quick: bool
    jobs: int | None
    fresh: bool
    sandbox: str
    quiet: bool


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
@rubric_option("The course; otherwise it is told by the names in the hand-in.")
@click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a data set lies, such as mnist=data/.")
@click.option("--quick", is_flag=True, help="A fast preview, on a small data set that comes with the grader.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Runs at the same time. [default: the number of cores]"
)
@click.option("--fresh", is_flag=True, help="Do every run again, also those that an earlier write-up did.")
@sandbox_option
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(**options: object) -> None:
    """Run the course's experiments on your own code and write the report.

    PATH is the folder of the hand-in, or a zip or tar archive of it. Tables and curves come from your code;
    explanations from your Markdown files and notebooks, under each section's heading. A run that is done is kept: a
    second write-up takes seconds, and one that was stopped goes on.

    Exit codes: 0 written, 1 written but a run of your code failed, 2 wrong input, 3 a run failed for another reason.

    \b
    Example:  grader writeup hw1/ -o report.pdf --data mnist=data/mnist
              grader writeup hw1/ -o preview.html --quick
    """
    asked = Asked(**options)  # type: ignore[arg-type]  # click made them
    click.get_current_context().exit(_write_up(asked))


def _write_up(asked: Asked) -> int:
    from grader.data import parse_data_option
    from grader.writeup.making import begin, finish

    started = time.monotonic()
    _refuse_impossible(asked)
    places = dict(parse_data_option(each) for each in asked.data)
    making = begin(asked.path, rubric=asked.rubric, data=places, quick=asked.quick, sandbox=asked.sandbox)
    _say(asked, f"{making.writeup.title}, sandbox {making.bench.sandbox.name}", _about_data(making, asked))
    made = finish(making, _run_all(making, asked))
    made.write(asked.out, asked.form)
    _say(asked, *(note for id_ in making.planned.absent for note in making.planned.notes[id_]))
    _tell(made, time.monotonic() - started, asked)
    return _exit_code(made.outcomes)


def _refuse_impossible(asked: Asked) -> None:
    """Before minutes of training, not after them."""
    from grader.report import pdf_problem
    from grader.writeup.making import form_of

    problem = None if (asked.form or form_of(asked.out)) == "html" else pdf_problem()
    if problem:
        raise GraderError(f"{problem}\nOr write HTML: --format html")


def _about_data(making: Making, asked: Asked) -> str:
    source = making.source
    if making.preview and not asked.quick:
        return f"Without --data {making.writeup.data.full}=PATH this is a preview on {source.name}."
    return f"A preview on {source.name}." if making.preview else source.source


def _run_all(making: Making, asked: Asked) -> list[Outcome]:
    """All outcomes as they came; Ctrl-C loses only what is under way."""
    from grader.writeup.making import outcomes_of

    outcomes: list[Outcome] = []
    coming = outcomes_of(making, asked.jobs, fresh=asked.fresh)
    try:
        with _progress(len(making.runs), making.writeup, asked) as advance:
            for outcome in coming:
                outcomes.append(outcome)
                advance(outcome)
    except KeyboardInterrupt:
        told = f"{len(outcomes)} of {len(making.runs)} runs are done."
        click.echo(f"\nStopped: {told} The same command goes on.", err=True)
        click.get_current_context().exit(INTERRUPTED)
    finally:
        coming.close()
    return outcomes


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


def _tell(made: WrittenUp, seconds: float, asked: Asked) -> None:
    from grader.report.text import plural
    from grader.writeup.making import data_folder

    outcomes = made.outcomes
    missing = [part.section.title for part in made.document.parts if part.is_missing]
    known = sum(outcome.known for outcome in outcomes)
    lines = [f"{plural(len(outcomes), 'run')} in {seconds:.1f} s{f', {known} of them done before' if known else ''}."]
    lines += [f"{each.run.label}: {each.failure.message} {each.failure.where}" for each in outcomes if each.failure]
    if missing:
        lines.append(f"No explanation was found for {', '.join(missing)}. Write under these headings in report.md.")
    lines.append(f"Report: {shown(asked.out)}. Tables and curves: {shown(data_folder(asked.out))}/")
    _say(asked, *lines)


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    faults = {outcome.failure.fault for outcome in outcomes if outcome.failure}
    return UNGRADED if faults - {"student"} else BELOW if faults else GRADED


def _say(asked: Asked, *lines: str) -> None:
    if not asked.quiet:
        from grader.report.text import visible

        for line in lines:
            click.echo(visible(line))
