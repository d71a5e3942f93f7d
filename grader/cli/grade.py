"""`grader grade`: the hand-ins that are named, each graded anew."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.running import Asked, grade_all, run_options
from grader.errors import GraderError

__all__ = ["command"]


@click.command("grade")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@run_options
@click.option(
    "--continue", "resume", is_flag=True, help="Go on with a run that was stopped: same seed, what is done stays."
)
@click.option("--one", is_flag=True, help="Each PATH is one hand-in, even where it looks like a folder of many.")
def command(paths: tuple[Path, ...], resume: bool, one: bool, **options: object) -> None:
    """Grade hand-ins anew: folders, archives, or a folder of many. See `grader batch` for a class.

    Each gets OUT/<hand-in>/ with result.json, report.html and report.pdf; OUT/summary.csv holds all scores, and
    OUT/run.json the seed and the versions. OUT/marking.html has what a person has to mark, beside the model answers.
    These two are for the instructor only, and so is OUT/gradebook.db, which keeps every result and its history: one
    that could not be graded again never takes the place of a good one. OUT/index.html tells the class in numbers.

    Exit codes: 0 every hand-in is graded, 1 one is below --fail-under, 2 wrong input, 3 one is not graded.

    \b
    Example:  grader grade submissions/ -o results/
    """
    from grader.batch import Task
    from grader.cli.handins import find

    asked = Asked(goes_on=resume, to_go_on="type the same command with --continue", **options)  # type: ignore[arg-type]
    _may_go_on(asked)
    hand_ins, decisions = find(paths, asked.out, one=one)
    tasks = [Task(each.id, each.path, asked.out / each.id) for each in hand_ins]
    click.get_current_context().exit(grade_all(tasks, decisions, asked))


def _may_go_on(asked: Asked) -> None:
    from grader.classroom.records import seed_of

    if asked.goes_on and asked.seed not in (None, seed_of(asked.out)):
        raise GraderError(f"{asked.out} was begun with another seed; leave --seed or --continue out.")
