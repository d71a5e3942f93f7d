"""`grader audit`: before a rubric is published, whether it catches wrong solutions and accepts right ones."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.completing import course_or_file
from grader.cli.exits import BELOW, GRADED, INTERRUPTED, UNGRADED
from grader.cli.options import data_paths, sandbox_option, shown

if TYPE_CHECKING:
    from grader.audit import Audit, Candidate, Outcome, Setup

__all__ = ["command"]


@click.command("audit")
@click.argument("rubric", metavar="COURSE|FILE", shell_complete=course_or_file)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it as JSON too."
)
@click.option(
    "--html",
    "html_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it as a page to read too.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="End with exit code 1 if fewer wrong ones lose points, or if a right one does.",
)
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Only N wrong and at most N right ones.")
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="N", default=0, show_default=True, help="Draws inputs and the sample."
)
@click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a data set lies, such as mnist=data/.")
@sandbox_option
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Solutions at the same time. [default: the number of cores]"
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def command(
    rubric: str,
    json_file: Path | None,
    html_file: Path | None,
    fail_under: float | None,
    sample: int | None,
    seed: int,
    data: tuple[str, ...],
    sandbox: str,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Audit a rubric: which wrong solutions get full marks, and which right ones lose points?

    Wrong ones are small changes to the reference and the known mistakes; right ones are the reference written
    differently. What is graded once is kept, so a second run takes seconds and a stopped one goes on.

    Its last lines say whether the rubric can be published, and what to do before.

    Exit codes: 0 audited, 1 below --fail-under, 2 wrong input, 3 a solution could not be graded.

    \b
    Example:  grader audit gatech-cs7643-a1 --html audit.html
    """
    from grader import audit
    from grader.cli.terminal import console

    setup = _setup(rubric, seed, data, sandbox)
    everything = list(audit.candidates(setup.course))
    found = audit.sample(everything, sample, seed) if sample else everything
    if not quiet:
        click.echo(f"{setup.rubric.title} ({setup.rubric.id}), sandbox {setup.sandbox.name}, seed {seed}")
    done = _examine(found, setup, jobs or _cores(), quiet=quiet)
    if json_file is not None:
        _write(json_file, json.dumps(done.plain(), indent=1, ensure_ascii=False) + "\n", quiet)
    if html_file is not None:
        from grader.report.audit import html

        _write(html_file, html(done), quiet)
    if not quiet:
        from grader.cli.audit_tables import tell

        tell(done, console())
    click.get_current_context().exit(_exit_code(done, fail_under))


def _setup(named: str, seed: int, data: tuple[str, ...], sandbox: str) -> Setup:
    from grader import sandbox as sandboxes
    from grader.audit import Setup, load_course
    from grader.data import load
    from grader.rubric import find_rubric, load_rubric

    rubric = load_rubric(find_rubric(named))
    sets = {name: load(name, place) for name, place in data_paths(rubric, data).items()}
    return Setup(load_course(rubric), seed, sets, sandboxes.choose(sandbox))


def _examine(found: Sequence[Candidate], setup: Setup, jobs: int, *, quiet: bool) -> Audit:
    """Examine all candidates with a progress bar; after Ctrl-C say how to go on."""
    from grader import audit
    from grader.cli.terminal import console, progress

    started = time.monotonic()
    done: dict[str, tuple[Outcome, bool]] = {}
    coming = audit.examine_all(found, setup, audit.Log(setup), jobs)
    screen = console()
    screen.quiet = quiet or not screen.is_terminal
    try:
        with progress(screen, len(found)) as advance:
            for outcome, known in coming:
                done[outcome.candidate.id] = (outcome, known)
                advance(outcome.candidate.part)
    except KeyboardInterrupt:
        click.echo("\nStopping after what is under way …", err=True)
        coming.close()
        click.echo(f"Stopped after {len(done)} of {len(found)}. The same command goes on from there.", err=True)
        click.get_current_context().exit(INTERRUPTED)
    return audit.concluded(found, setup, done, time.monotonic() - started)


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write(path: Path, content: str, quiet: bool) -> None:
    from grader.writing import write

    write(path, content)
    if not quiet:
        click.echo(f"Written: {shown(path)}")


def _exit_code(done: Audit, fail_under: float | None) -> int:
    if done.of("undecided"):
        return UNGRADED
    if fail_under is not None and (done.share_caught < fail_under or done.of("rejected")):
        return BELOW
    return GRADED
