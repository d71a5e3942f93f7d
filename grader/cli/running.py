"""One run over hand-ins, as `grader grade` and `grader batch` begin it: from their options to what is printed."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.exits import INTERRUPTED, exit_code
from grader.cli.options import data_paths, formats_option, rubric_option, sandbox_option, shown
from grader.errors import GraderError, IntakeError

if TYPE_CHECKING:
    from grader.batch import Choice, Engine, Format, Outcome, Plan, Task
    from grader.classroom.records import Run
    from grader.data import DataSet
    from grader.gradebook.book import Book
    from grader.grading import Key
    from grader.rubric import Rubric
    from grader.sandbox import Sandbox

__all__ = ["Asked", "grade_all", "run_options"]

FORMATS = ("json", "html", "pdf")
MARKING = "marking.html"
CLASS = "index.html"
FEW = 5  # hand-ins that are asked for their course


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of one run."""

    out: Path
    rubric: str | None
    data: tuple[str, ...]
    seed: int | None
    budget: int | None
    sandbox: str
    jobs: int | None
    formats: tuple[Format, ...]
    fail_under: float | None
    quiet: bool
    as_json: bool
    trust_submissions: bool
    book: str | None
    why: str
    goes_on: bool = True  # take over what earlier runs left, and their seed
    to_go_on: str = "type the same command again"
    choice: Choice | None = None  # None: what is not there yet
    scheduler: str | None = None  # of a Dask cluster, in the place of processes here

    @property
    def talks(self) -> bool:
        """Whether anything is printed for people."""
        return not (self.quiet or self.as_json)


OPTIONS = (
    click.option(
        "-o",
        "--out",
        required=True,
        type=click.Path(file_okay=False, path_type=Path),
        metavar="OUT",
        help="The folder for the results.",
    ),
    rubric_option("The rubric; otherwise it is told by the names in the hand-ins."),
    click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a data set lies, such as mnist=data/."),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        metavar="N",
        help="Draws the inputs of the checks. Keep it secret. [default: random]",
    ),
    click.option(
        "--budget",
        type=click.IntRange(0, 100),
        metavar="N",
        help="How many configurations of a stated table are run again, for each criterion. [default: the rubric's]",
    ),
    sandbox_option,
    click.option("--trust-submissions", is_flag=True, help="Allow a sandbox that does not hold hostile code."),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Hand-ins at the same time. [default: the number of cores]",
    ),
    formats_option(FORMATS, "json,html,pdf"),
    click.option("--fail-under", type=float, metavar="PERCENT", help="End with exit code 1 if a score is below this."),
    click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db]"),
    click.option("--why", default="", metavar="TEXT", help="Why it is graded again, for the gradebook's history."),
    click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON and nothing else."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that every run has."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def grade_all(
    tasks: Sequence[Task], decisions: Sequence[str], asked: Asked, first: Callable[[], None] | None = None
) -> int:
    """Grade these hand-ins, write and tell what comes of it, and return the exit code.

    Args:
        first: what else is to be written, once it is known that this run may write there.
    """
    from grader import batch
    from grader.batch.before import Before
    from grader.classroom.book import open_for, write_asked

    started = time.monotonic()
    run, key, plan = _begun(tasks, decisions, asked, first)
    choice = asked.choice or batch.Choice(force=not asked.goes_on)
    outcomes = batch.run(tasks, plan, _engine(asked, len(tasks)), Before(asked.out, plan, run.rubric), choice)
    run.write()
    write_asked(asked.out, key)
    code = _followed(outcomes, run, asked, open_for(asked.out, asked.book))
    _write_marking(run, key)
    if code is not None:
        return code
    notice = _write_class(run, asked)
    _tell(run, asked, time.monotonic() - started)
    if notice:
        click.echo(notice, err=True)
    return exit_code((each.decided for each in run.outcomes), run.complete, asked.fail_under)


def _begun(
    tasks: Sequence[Task], decisions: Sequence[str], asked: Asked, first: Callable[[], None] | None
) -> tuple[Run, Key, Plan]:
    """What is the same for every hand-in, once nothing speaks against grading them."""
    from grader import batch
    from grader.classroom import records
    from grader.grading import prepare
    from grader.sandbox import choose

    sandbox = choose(asked.sandbox)
    _refuse_to_trust(sandbox, asked)
    rubric = _rubric(asked, tasks)
    records.refuse_another(asked.out, rubric)
    if first:
        first()
    seed = _seed(asked)
    _say(asked, f"{rubric.title} ({rubric.id}), sandbox {sandbox.name}", *decisions)
    formats, places = _possible_formats(asked), data_paths(rubric, asked.data)
    key = prepare(rubric, seed, _load(places), sandbox)
    _learn_mistakes(rubric, sandbox, asked)
    plan = batch.plan(key, places, sandbox, formats)
    if asked.scheduler is not None:
        from grader.batch.carrying import carried

        plan = carried(plan, key, sandbox)
    return records.Run(asked.out, rubric, seed, sandbox.name, places, formats, tasks), key, plan


def _followed(outcomes: Generator[Outcome, None, None], run: Run, asked: Asked, book: Book | None) -> int | None:
    """Record each outcome as it comes; an exit code where the run was stopped."""
    from grader.classroom.book import attempt

    try:
        with _progress(asked, len(run.tasks)) as advance:
            for outcome in outcomes:
                if book:
                    book.record(attempt(run.rubric.id, outcome, asked.why))
                run.add(replace(outcome, told=""))
                advance(outcome)
    except KeyboardInterrupt:
        return _stopped(run, asked)
    finally:
        outcomes.close()
        if book:
            book.close()
        run.write()
    return None


def _engine(asked: Asked, count: int) -> Engine:
    """Where hand-ins are graded."""
    if asked.scheduler is not None:
        from grader.batch import cluster

        return cluster.engine(asked.scheduler)
    from grader.batch import local

    return local.engine(max(1, min(asked.jobs or _cores(), count)))


def _refuse_to_trust(sandbox: Sandbox, asked: Asked) -> None:
    if not sandbox.isolates and not asked.trust_submissions:
        raise GraderError(
            f"The {sandbox.name} sandbox ({sandbox.describe()}) does not keep other people's code from your files and "
            "network.\n`grader doctor` says why no stronger one works here. If you trust every hand-in, add "
            "--trust-submissions."
        )


def _learn_mistakes(rubric: Rubric, sandbox: Sandbox, asked: Asked) -> None:
    """See the course's known mistakes, once for all runs, before the pool would do it in each of its processes."""
    from grader.paths import MISTAKES

    if not (rubric.folder / MISTAKES).is_file():
        return
    from grader.cli.terminal import learning
    from grader.mistakes.bank import Bank

    with learning(quiet=not asked.talks) as progress:
        bank = Bank(rubric, sandbox, progress)
        bank.library(next(iter(rubric.sizes)))
        bank.close()


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rubric(asked: Asked, tasks: Sequence[Task]) -> Rubric:
    """The rubric, which runs no more configurations again than was asked for."""
    from grader.rubric import load_rubric

    rubric = load_rubric(_rubric_file(asked.rubric, tasks))
    return rubric if asked.budget is None else rubric.within(asked.budget)


def _rubric_file(named: str | None, tasks: Sequence[Task]) -> Path:
    """The rubric that was named, else the one that most of the first hand-ins fit: no single one decides for a class.

    Raises:
        GraderError: they fit none, or different ones.
    """
    from grader.courses import rubric_file
    from grader.intake import take
    from grader.wording import listed

    if named is not None:
        return rubric_file(named, {})
    problems: list[GraderError] = []
    found: Counter[Path] = Counter()
    for task in tasks[:FEW]:
        try:
            found[rubric_file(None, (task.take() if task.take else take(task.path)).files)] += 1
        except IntakeError as error:
            problems.append(error)
        except GraderError as error:
            problems.insert(0, error)
    if not found:
        raise problems[0]
    best, count = found.most_common(1)[0]
    if 2 * count <= found.total():
        courses = listed(sorted(path.parent.name for path in found))
        raise GraderError(f"The first hand-ins fit different courses: {courses}. Name the one that is meant: --rubric")
    return best


def _seed(asked: Asked) -> int:
    from grader.classroom.records import seed_of

    if asked.seed is None and asked.goes_on and (asked.out / "run.json").exists():
        return seed_of(asked.out)
    return secrets.randbits(48) if asked.seed is None else asked.seed


def _load(places: Mapping[str, Path | None]) -> dict[str, DataSet]:
    from grader.data import load

    return {name: load(name, place) for name, place in places.items()}


def _possible_formats(asked: Asked) -> tuple[Format, ...]:
    """The formats that were asked for, without PDF where it cannot be made; then HTML stands in."""
    from grader.report import pdf_problem

    problem = pdf_problem() if "pdf" in asked.formats else None
    if not problem:
        return asked.formats
    click.echo(f"{problem}\nUntil then, HTML is written.", err=True)
    return tuple(dict.fromkeys(("html" if name == "pdf" else name) for name in asked.formats))


@contextmanager
def _progress(asked: Asked, count: int) -> Iterator[Callable[[Outcome], None]]:
    """A bar on a terminal, a line for each hand-in in a pipe."""
    from grader.cli import terminal

    screen = terminal.console()
    if not asked.talks:
        yield lambda _: None
    elif screen.is_terminal:
        with terminal.progress(screen, count) as advance:
            yield terminal.counting(advance)
    else:
        yield lambda outcome: screen.print(terminal.plain_line(outcome), soft_wrap=True)


def _say(asked: Asked, *lines: str) -> None:
    if asked.talks:
        from grader.report.text import visible

        for line in lines:
            click.echo(visible(line))


def _write_marking(run: Run, key: Key) -> None:
    """The sheet for whoever marks by hand, where there is something to mark; it holds the model answers."""
    path = run.out / MARKING
    waiting = [each for outcome in run.outcomes for each in outcome.waiting]
    if not waiting:
        path.unlink(missing_ok=True)
        return
    from grader.marking import questions
    from grader.report import marking
    from grader.writing import write

    told = {"title": run.rubric.title, "course": run.rubric.course}
    write(path, marking.html(told, questions(key, waiting)), private=True)


def _write_class(run: Run, asked: Asked) -> str:
    """The class in numbers; what could not be made of it. It never costs the run its results."""
    from grader.classroom.statistics import usual, write_statistics
    from grader.report.text import visible

    if not any(run.out.glob("*/result.json")):  # nothing could be graded, or no json was asked for
        return ""
    formats = usual(pdf="pdf" in run.formats and len(run.tasks) > 1)
    try:
        return visible("\n".join(write_statistics(run.out, formats, book=asked.book).problems))
    except GraderError as error:
        return f"The statistics could not be written: {visible(str(error))}"


def _stopped(run: Run, asked: Asked) -> int:
    done, count = len(run.done), len(run.tasks)
    told = f"\nStopped: {done} of {count} hand-ins are done, and their results are whole in {shown(asked.out)}/."
    click.echo(f"{told}\nTo go on, {asked.to_go_on}.", err=True)
    return INTERRUPTED


def _tell(run: Run, asked: Asked, seconds: float) -> None:
    if asked.as_json:
        from grader.classroom.records import summary

        told = {"rubric": run.rubric.id, "out": str(asked.out), "hand_ins": [summary(each) for each in run.outcomes]}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif asked.talks:
        from grader.cli import terminal

        screen = terminal.console()
        screen.print()
        for part in terminal.class_table(run.outcomes):
            screen.print(part)
        count = "1 hand-in" if len(run.outcomes) == 1 else f"{len(run.outcomes)} hand-ins"
        if len(run.outcomes) > 1:
            count += f" ({terminal.counts(Counter(map(terminal.kind, run.outcomes)))})"
        files = ", ".join(run.files)
        screen.print(f"\n{count} in {seconds:.1f} s. For each: {shown(asked.out)}/<hand-in>/ with {files}.")
        if left := len(run.tasks) - len(run.done):
            screen.print(f"{left} of {len(run.tasks)} are still to be graded.")
        screen.print(f"All scores: {shown(asked.out / 'summary.csv')}. Seed and versions, for you only: run.json.")
        if (asked.out / CLASS).is_file():
            screen.print(f"The class in numbers, for you only: {shown(asked.out / CLASS)}.")
        if waiting := sum(len(outcome.waiting) for outcome in run.outcomes):
            answers = "1 answer waits" if waiting == 1 else f"{waiting} answers wait"
            screen.print(
                f"{answers} for a person: {shown(asked.out / MARKING)}, for you only: it holds the model answers."
            )
            screen.print(f"To mark in the browser: grader review {shown(asked.out)}")
