"""`grader rejudge`: a class's observations, judged by another rubric; shows what changes before it writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import sandbox_option, shown
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.bank import Bank
    from grader.batch import Format, Outcome, Task
    from grader.cli.records import Run
    from grader.grading import Key
    from grader.model import Own, Result
    from grader.rejudging import Change
    from grader.rubric import Rubric
    from grader.sandbox import Sandbox

__all__ = ["command"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options."""

    out: Path
    rubric: str
    yes: bool
    why: str
    book: str | None
    sandbox: str


@dataclass
class Class:
    """A class before and after."""

    told: Mapping[str, Any]  # run.json
    before: Mapping[Path, Result]
    after: dict[Path, Result] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)  # hand-ins that cannot be judged again, by the reason


@click.command("rejudge")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rubric", required=True, metavar="COURSE|FILE", help="The rubric to judge by.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--why", default="", metavar="TEXT", help="Why, for the gradebook's history.")
@click.option("--book", metavar="FILE|URL", help="The gradebook. [default: OUT/gradebook.db]")
@sandbox_option
def command(**options: object) -> None:
    """Judge the hand-ins in OUT again by a changed rubric, from what was observed of them.

    No hand-in's code runs; only the reference does. It shows whose points change and by how much, and writes when you
    say so. Where the rubric asks what the hand-ins were not asked, it says which criteria have to be graded anew.

    \b
    Example:  grader rejudge results/ --rubric rubric.yaml --why "tolerance of the gradient was too tight"
    """
    asked = Asked(**options)  # type: ignore[arg-type]  # click made them
    click.get_current_context().exit(_rejudge(asked))


def _rejudge(asked: Asked) -> int:
    from grader.cli.results import read_results
    from grader.rubric import find_rubric, load_rubric
    from grader.sandbox import choose

    told = _run_before(asked.out)
    rubric = load_rubric(find_rubric(asked.rubric))
    if rubric.id != told["rubric"]["id"]:
        raise GraderError(f"{asked.out} was graded by {told['rubric']['id']!r}, and {rubric.id!r} is something else.")
    sandbox = choose(asked.sandbox)
    key = _key(asked, rubric, told, sandbox)
    group = Class(told, read_results(asked.out))
    with _bank(rubric, sandbox) as bank:
        for folder, before in group.before.items():
            _look_at(group, asked.out, folder, before, key, bank)
    _show(group)
    if _agreed(asked, group):
        _write(asked, group, _run(asked, group, rubric))
    return 0


def _run_before(out: Path) -> Mapping[str, Any]:
    try:
        told: dict[str, Any] = json.loads((out / "run.json").read_text("utf-8"))
        told["rubric"]["id"], told["seed"], told["data"], told["hand_ins"]
    except (OSError, ValueError, KeyError, TypeError):
        raise GraderError(f"{out}: there is no run here whose run.json can be read.") from None
    return told


def _key(asked: Asked, rubric: Rubric, told: Mapping[str, Any], sandbox: Sandbox) -> Key:
    from grader.cli.book import asked_before
    from grader.cli.options import needed
    from grader.data import load
    from grader.grading import prepare
    from grader.rejudging import unobserved

    before = asked_before(asked.out)
    places = {name: told["data"].get(name, "built in") for name in needed(rubric)}
    data = {name: load(name, None if place == "built in" else Path(place)) for name, place in places.items()}
    key = prepare(rubric, int(told["seed"]), data, sandbox)
    if missing := unobserved(key, before):
        raise GraderError(
            f"{rubric.path}: these criteria are new, or ask what the hand-ins were not asked: {', '.join(missing)}.\n"
            f"Nothing was changed. To look anew: grader grade … -o {asked.out} --rubric {asked.rubric}"
        )
    return key


@contextmanager
def _bank(rubric: Rubric, sandbox: Sandbox) -> Iterator[Bank | None]:
    """The course's known mistakes, where it has some."""
    from grader.mistakes import FILE

    if not (rubric.folder / FILE).is_file():
        yield None
        return
    from grader.bank import Bank
    from grader.cli.terminal import learning

    with learning(quiet=False) as progress:
        bank = Bank(rubric, sandbox, progress)
        bank.library(next(iter(rubric.sizes)))
    try:
        yield bank
    finally:
        bank.close()


def _look_at(group: Class, out: Path, folder: Path, before: Result, key: Key, bank: Bank | None) -> None:
    from grader.batch import observed_file
    from grader.observed import unpack
    from grader.rejudging import change, rejudge

    try:
        seen = unpack(observed_file(out, folder.name).read_bytes())
    except (OSError, GraderError):
        group.left.setdefault("No observations are kept", []).append(folder.name)
        return
    if seen.observations.submission != before.submission.get("digest"):
        group.left.setdefault("The observations are of another hand-in", []).append(folder.name)
    elif seen.observations.size not in key.expected:
        group.left.setdefault("Observed at sizes that the rubric has no more", []).append(folder.name)
    elif not (after := rejudge(before, seen, key, bank)).complete and before.complete:
        group.left.setdefault("Something would be left ungraded", []).append(folder.name)
    else:
        group.after[folder] = after
        group.changes.append(change(before, after))


def _show(group: Class) -> None:
    from grader.cli.terminal import change_table, console
    from grader.report.text import plural

    changed = sorted(
        (each for each in group.changes if each.criteria), key=lambda each: (each.difference, each.hand_in)
    )
    if changed:
        console().print(change_table(changed))
    moved = sum(bool(each.difference) for each in changed)
    click.echo(f"{moved} of {plural(len(group.changes), 'score')} would change.")
    for why, hand_ins in group.left.items():
        click.echo(f"{why}, left as {'it is' if len(hand_ins) == 1 else 'they are'}: {', '.join(hand_ins)}")


def _agreed(asked: Asked, group: Class) -> bool:
    if not group.after or asked.yes:
        return bool(group.after)
    if not sys.stdin.isatty():
        click.echo("Nothing is written; --yes writes.")
        return False
    return click.confirm("Write these results?")


def _write(asked: Asked, group: Class, run: Run) -> None:
    from grader.batch import observed_file, outcome_of, write_all
    from grader.cli.book import attempt, open_for

    book = open_for(asked.out, asked.book)
    for task in run.tasks:
        if result := group.after.get(task.folder):
            observations = observed_file(asked.out, task.id).read_bytes()
            outcome = outcome_of(task, result, sha256(observations).hexdigest())
            if book:
                book.record(attempt(run.rubric.id, outcome, asked.why or "judged again"))
            write_all(task, result, _formats(task.folder), _own(asked.out, task.id))
            run.add(replace(outcome, told=""))
        else:
            run.add(_outcome_before(task, group))
    if book:
        book.close()
    run.write()
    click.echo(f"Written to {shown(asked.out)}.")


def _own(out: Path, id_: str) -> dict[str, Own]:
    """What the student wrote, as the run kept it."""
    from grader.batch import own_file
    from grader.own import from_json

    file = own_file(out, id_)
    return from_json(file.read_text("utf-8")) if file.is_file() else {}


def _run(asked: Asked, group: Class, rubric: Rubric) -> Run:
    """The run as run.json tells it, with another rubric."""
    from grader.batch import Task
    from grader.cli.records import Run

    told = group.told
    data = {name: None if place == "built in" else Path(place) for name, place in told["data"].items()}
    tasks = [Task(str(each["id"]), Path(each["path"]), asked.out / str(each["id"])) for each in told["hand_ins"]]
    return Run(asked.out, rubric, int(told["seed"]), str(told.get("sandbox", "")), data, (), tasks)


def _outcome_before(task: Task, group: Class) -> Outcome:
    from grader.batch import Outcome, outcome_of

    if result := group.before.get(task.folder):
        return replace(outcome_of(task, result), told="")
    return Outcome(task, problem=next(str(each["problem"]) for each in group.told["hand_ins"] if each["id"] == task.id))


def _formats(folder: Path) -> frozenset[Format]:
    """The formats that lie there, without PDF where it cannot be made."""
    from grader.batch import FILES
    from grader.report import pdf_problem

    there = {name for name, file in FILES.items() if (folder / file).is_file()}
    return frozenset(there - {"pdf"} if pdf_problem() else there)
