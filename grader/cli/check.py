"""`grader check`: a student's own look at a hand-in, on the terminal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import sandbox as sandboxes
from grader.cli.exits import exit_code
from grader.cli.options import data_paths, rubric_option, sandbox_option, shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.grading import Key
    from grader.model import Observations, Result
    from grader.rubric import Rubric
    from grader.sandbox import Process, Sandbox

__all__ = ["command"]

SEED = 0  # the same inputs each time, so that a change of the score comes from a change of the code


@click.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path), default=".")
@rubric_option("The rubric. [default: .grader in the folder, else the course whose names the hand-in has]")
@click.option("--data", "data", multiple=True, metavar="NAME=PATH", help="Where a data set lies, such as mnist=data/.")
@click.option("--seed", type=int, metavar="N", default=SEED, show_default=True, help="Draws the inputs of the checks.")
@sandbox_option
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a report too: FILE.pdf or FILE.html."
)
@click.option("--fail-under", type=float, metavar="PERCENT", help="End with exit code 1 below this.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print the score only.")
def command(
    path: Path,
    rubric: str | None,
    data: tuple[str, ...],
    seed: int,
    sandbox: str,
    report: Path | None,
    fail_under: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Check a hand-in against the public criteria, and say what to fix first.

    PATH is the folder of the hand-in, a zip or tar archive of it, or a notebook. In a folder that your course gave out,
    its rubric lies in .grader and is found there; nothing has to be named.

    Exit codes: 0 checked, 1 below --fail-under, 2 wrong input, 3 something could not be checked.

    \b
    Example:  grader check hw1/ --report feedback.html
    """
    _refuse_unwritable(report)
    chosen = sandboxes.choose(sandbox)
    worker = sandboxes.prestart(chosen)  # the very first: it comes up while the rest is imported
    if not (as_json or quiet):
        click.echo(f"Checking {shown(path)} …")
    try:
        result, used = _check(path, rubric, data, seed, chosen, worker, show_progress=not (as_json or quiet))
    finally:
        worker.kill()
    _tell(result, as_json=as_json, quiet=quiet)
    if report is not None:
        _write(report, result, path, used, quiet=quiet or as_json)
    click.get_current_context().exit(exit_code([result.decided], result.complete, fail_under))


def _check(
    path: Path,
    named: str | None,
    data: tuple[str, ...],
    seed: int,
    chosen: Sandbox,
    worker: Process,
    *,
    show_progress: bool,
) -> tuple[Result, Rubric]:
    """Observe the reference and the hand-in side by side, and judge by the rubric that is given back too."""
    from grader.courses import public_rubric
    from grader.data import load
    from grader.grading import PUBLIC_SEED, judge, observe, prepare
    from grader.intake import take
    from grader.keys import public_key

    intake = take(path)
    rubric = public_rubric(named, path, intake.files)
    places = data_paths(rubric, data)
    sets = {name: load(name, place) for name, place in places.items()}

    def make_key(size: str) -> Key:
        at_size = replace(rubric, sizes={size: rubric.sizes[size]})
        return replace(prepare(at_size, seed, sets, chosen), rubric=rubric)

    def key_at(size: str) -> Key:
        """The key at one of the rubric's sizes, which is all that one hand-in needs."""
        make = partial(make_key, size)
        return public_key(rubric, size, sets, places, make) if seed == PUBLIC_SEED else make()

    first = next(iter(rubric.sizes))  # that of nearly all hand-ins
    with ThreadPoolExecutor(1) as pool:
        key = pool.submit(key_at, first)  # before there is a terminal, which takes a while to import
        with _progress(rubric, show_progress) as watch:
            seen = observe(intake.submission, intake.files, rubric, seed, sets, chosen, warm=worker, watch=watch)
        fitting = key.result() if seen.size == first else key_at(seen.size)
        result = judge(fitting, intake.submission, seen)
    if result.score.given == result.score.maximum:
        return result, rubric
    from grader.again import Helpers, once_more

    with closing(Helpers(fitting.rubric, chosen)) as helpers:
        helpers.prepare_for(result)  # their worker comes up while mistakes are looked for
        explained = _explained(result, seen, rubric, chosen, seed, quiet=not show_progress)
        return once_more(explained, seen.size, intake.files, fitting, chosen, helpers), rubric


def _explained(
    result: Result, seen: Observations, rubric: Rubric, chosen: Sandbox, seed: int, *, quiet: bool
) -> Result:
    """The result with recognised mistakes named; the first time, a course's mistakes have to be seen for that."""
    if not seen.signature or result.score.given == result.score.maximum:
        return result
    from grader.cli.terminal import learning
    from grader.mistakes.bank import Bank
    from grader.mistakes.feedback import explain

    with learning(quiet=quiet) as progress:
        bank = Bank(rubric, chosen, progress)
        try:
            return explain(result, seen, bank, seed)
        finally:
            bank.close()


@contextmanager
def _progress(rubric: Rubric, wanted: bool) -> Iterator[Callable[[str], None] | None]:
    """On a terminal, one line that tells what is looked at, gone when all is seen."""
    from grader.cli.terminal import console

    screen = console()
    if not wanted or not screen.is_terminal:
        yield None
        return
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    order = list(titles)
    with screen.status("Starting") as status:
        yield lambda id_: status.update(f"{order.index(id_) + 1}/{len(order)}  {titles[id_]}")


def _tell(result: Result, *, as_json: bool, quiet: bool) -> None:
    from grader.cli import terminal
    from grader.report import story

    if as_json:
        from grader.exports.json import to_json

        click.echo(to_json(result), nl=False)
        return
    screen = terminal.console()
    if quiet:
        screen.print(terminal.score(result.score, " of "))
        return
    screen.print(f"{result.rubric['title']} ({result.rubric['id']})", style="bold")
    for section in result.sections:
        for line in terminal.section(section):
            screen.print(line)
    for remark in result.remarks:
        screen.print(terminal.remark(remark))
    screen.print()
    screen.print(terminal.bar(result.score), terminal.score(result.score, " of "), "points")
    screen.print(f"{story.summary(result)} {story.still_open(result)}".strip())
    for line in terminal.first_things(result):
        screen.print(line)
    if result.score.given == result.score.maximum:
        screen.print("Nothing to fix here. Your instructor's run may look at more.", style="green")


def _refuse_unwritable(report: Path | None) -> None:
    if report is not None and report.suffix.lower() not in {".pdf", ".html"}:
        raise GraderError(f"--report {report}: the name has to end in .pdf or .html.")
    if report is not None and report.suffix.lower() == ".pdf" and find_spec("weasyprint") is None:
        from grader.report import pdf_problem

        raise GraderError(f"{pdf_problem()}, or name {report.with_suffix('.html')}, which needs nothing.")


def _write(path: Path, result: Result, hand_in: Path, rubric: Rubric, *, quiet: bool) -> None:
    from grader.report import Renderer, html
    from grader.writeup.own import own_at
    from grader.writing import write

    own = own_at(rubric, hand_in)
    write(path, html(result, own=own) if path.suffix.lower() == ".html" else Renderer().pdf(result, own=own))
    if not quiet:
        click.echo(f"\nReport: {shown(path)}")
