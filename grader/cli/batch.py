"""`grader batch`: a class as a platform gives it; what is there already stays, and what is stopped goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.options import shown
from grader.cli.running import Asked, grade_all, run_options
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.batch import Choice, Task
    from grader.handins import Class, HandIn
    from grader.intake.bundle import Bundle

__all__ = ["command"]

ROSTER = "roster.csv"
LONGEST = 1000  # characters of a remark
PEOPLE = ("name", "first_name", "last_name", "student_id", "email", "id", "username", "submitted")
NOT_WHOLE = ("not graded", "partly")  # what run.json says of those that failed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which hand-ins of the class, and where they are graded."""

    versions: str
    only: tuple[str, ...]
    failed: bool
    force: bool
    limit: int | None
    engine: str
    scheduler: str | None
    dry_run: bool
    roster: Path | None


@click.command("batch")
@click.argument("path", type=click.Path(exists=True, path_type=Path), metavar="FOLDER|ARCHIVE")
@run_options
@click.option("--dry-run", is_flag=True, help="Show whose hand-ins these are, and grade nothing.")
@click.option(
    "--roster",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CSV",
    help="The class list, a row for each student: says who of it handed in what, and who nothing.",
)
@click.option(
    "--versions",
    type=click.Choice(["latest", "all"]),
    default="latest",
    show_default=True,
    help="Which ones of a student who sent several.",
)
@click.option("--only", multiple=True, metavar="HAND-IN", help="Grade this one; * stands for anything. Repeatable.")
@click.option("--failed", is_flag=True, help="Grade those again that have no whole result.")
@click.option("--force", is_flag=True, help="Grade anew what is unchanged too.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Grade N of those that are left, and stop.")
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True, help="Where it is computed."
)
@click.option("--scheduler", metavar="ADDRESS", help="dask: the scheduler, such as tcp://10.0.0.1:8786.")
def command(path: Path, **options: object) -> None:
    """Grade a class as it comes: a folder of hand-ins, or what Gradescope, Canvas, Moodle or GitHub give.

    Results are those of `grader grade`, and a list of who handed in what, OUT/roster.csv. Type the same command again
    to go on after it was stopped, or after hand-ins have come or changed: the seed stays, and so does what is
    unchanged. A hand-in is graded again when its content, the rubric, the reference, the data, the seed, numpy, Python
    or the grader is another one.

    Exit codes: 0 every hand-in is graded, 1 one is below --fail-under, 2 wrong input, 3 one is not graded.

    \b
    Example:  grader batch submissions.zip -o results/ --dry-run
              grader batch submissions.zip -o results/
    """
    wanted = Wanted(**{name: options.pop(name) for name in Wanted.__dataclass_fields__})  # type: ignore[arg-type]
    asked = Asked(scheduler=_scheduler(wanted), **options)  # type: ignore[arg-type]  # click made them
    click.get_current_context().exit(_batch(path, asked, wanted))


def _scheduler(wanted: Wanted) -> str | None:
    if wanted.engine == "dask" and wanted.scheduler is None:
        raise GraderError("--engine dask needs --scheduler ADDRESS; `dask scheduler` prints its own when it starts.")
    if wanted.engine != "dask" and wanted.scheduler is not None:
        raise GraderError("--scheduler goes with --engine dask.")
    return wanted.scheduler


def _batch(path: Path, asked: Asked, wanted: Wanted) -> int:
    from dataclasses import replace

    from grader.cli.matching import remarks
    from grader.handins import find, twice
    from grader.intake.bundle import open_bundle
    from grader.report.text import one_line

    with open_bundle(path) as bundle:
        group = find(bundle, wanted.versions)  # type: ignore[arg-type]  # click has seen to it
        if wanted.dry_run:
            return _show(group, wanted)
        tasks = [_task(each, bundle, asked.out) for each in group.hand_ins]
        asked = replace(asked, choice=_choice(asked, wanted, [task.id for task in tasks]))
        count = f"{len(tasks)} hand-in{'s' if len(tasks) != 1 else ''}"
        told = [f"{shown(path)}: {group.layout}, {count}.", *remarks(group, twice(group.hand_ins), None)]
        roster = partial(_write_roster, asked.out, group.hand_ins)
        return grade_all(tasks, [one_line(line, LONGEST) for line in told], asked, roster)


def _task(hand_in: HandIn, bundle: Bundle, out: Path) -> Task:
    from grader.batch import Task

    path = bundle.path / (hand_in.parts[0][0] if hand_in.parts else hand_in.id)
    return Task(hand_in.id, path, out / hand_in.id, partial(bundle.take, hand_in.id, hand_in.parts))


def _choice(asked: Asked, wanted: Wanted, ids: Sequence[str]) -> Choice:
    from fnmatch import fnmatchcase

    from grader.batch import Choice
    from grader.wording import did_you_mean

    only = None
    if wanted.only:
        only = frozenset(id_ for id_ in ids if any(fnmatchcase(id_, pattern) for pattern in wanted.only))
        unknown = [pattern for pattern in wanted.only if not any(fnmatchcase(id_, pattern) for id_ in ids)]
        if unknown:
            hint = did_you_mean(unknown[0], ids)
            raise GraderError(
                f"--only {unknown[0]}: there is no such hand-in{hint or '; --dry-run shows their names.'}"
            )
    if wanted.failed:
        only = _failed(asked.out) & (frozenset(ids) if only is None else only)
    return Choice(only, wanted.force or wanted.failed, wanted.limit)


def _failed(out: Path) -> frozenset[str]:
    """The hand-ins that were tried and have no whole result."""
    from grader.classroom.results import run_of

    try:
        return frozenset(str(each["id"]) for each in run_of(out)["hand_ins"] if each["status"] in NOT_WHOLE)
    except (KeyError, TypeError):
        raise GraderError(f"{out}: there is no run here that --failed could go on with.") from None


def _write_roster(out: Path, hand_ins: Sequence[HandIn]) -> None:
    """Who handed in what, for exports and marks, in the form that their --roster takes."""
    from grader.sheets.cells import cell
    from grader.writing import write

    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["hand_in", *PEOPLE, "late"])
    for each in hand_ins:
        for person in each.people:
            told: Mapping[str, str] = {"submitted": each.submitted, **person.told}
            row = [told.get(column, "") for column in PEOPLE]
            table.writerow([cell(each.id), *map(cell, row), "late" if each.late else ""])
    write(out / ROSTER, text.getvalue(), private=True)


def _show(group: Class, wanted: Wanted) -> int:
    """Print who was matched how, and where a person has to look."""
    from grader.cli import terminal
    from grader.cli.matching import matched, remarks
    from grader.handins import twice
    from grader.report.text import one_line

    matches = matched(group.hand_ins, wanted.roster) if wanted.roster else None
    screen = terminal.console()
    screen.print(f"{group.layout}: {len(group.hand_ins)} hand-ins.")
    screen.print(terminal.hand_in_table(group.hand_ins, matches.by if matches else {}))
    for line in remarks(group, twice(group.hand_ins), matches):
        screen.print(one_line(line, LONGEST), soft_wrap=True)
    return 0
