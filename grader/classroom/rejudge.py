"""A class's observations judged by another rubric: what would change is known before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.again import judge_again
from grader.errors import GraderError
from grader.grading import Key, judge, prepare
from grader.mistakes.bank import Bank
from grader.mistakes.feedback import explain
from grader.model import Result, Score, Submission
from grader.observed import Seen, unpack
from grader.rubric import Rubric

if TYPE_CHECKING:
    from grader.batch import Outcome, Task
    from grader.classroom.records import Run
    from grader.sandbox import Sandbox

__all__ = ["Change", "Rejudged", "rejudge_class"]


@dataclass(frozen=True, slots=True)
class Change:
    """What judging again makes of one hand-in's score, and of which criteria's points."""

    hand_in: str
    before: Score
    after: Score
    criteria: Mapping[str, tuple[float | None, float | None]]  # by id: before and after, where they differ

    @property
    def difference(self) -> float:
        """By how many points the score moves."""
        return round((self.after.given or 0.0) - (self.before.given or 0.0), 4)


@dataclass
class Rejudged:
    """A class as another rubric judges it. Nothing is written before `write`."""

    out: Path
    rubric: Rubric
    before: Mapping[str, Result]  # by hand-in, as the one before
    results: dict[str, Result] = field(default_factory=dict)  # those that could be judged again
    changes: list[Change] = field(default_factory=list)  # one for each of them, also where nothing changes
    left: dict[str, list[str]] = field(default_factory=dict)  # hand-ins that stay as they are, by the reason
    _told: Mapping[str, Any] = field(default_factory=dict, repr=False)  # run.json

    def write(self, why: str = "", book: str | None = None) -> None:
        """Write these results where the ones before lie, and into the gradebook with the reason.

        Args:
            book: a file or a URL; OUT/gradebook.db unless it is given.
        """
        _write(self, why, book)


def rejudge_class(
    out: str | Path,
    rubric: Rubric | str | Path,
    *,
    sandbox: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Rejudged:
    """The class in `out`, judged by a changed rubric from what was observed; no hand-in's code runs.

    Args:
        progress: is told how many of how many known mistakes were looked at, where that has to be done first.

    Raises:
        GraderError: there is no run, it was another assignment, or the rubric asks what the hand-ins were not asked.
    """
    from grader.classroom.results import read_results
    from grader.rubric import find_rubric, load_rubric
    from grader.sandbox import choose

    folder = Path(out)
    told = _run_before(folder)
    loaded = rubric if isinstance(rubric, Rubric) else load_rubric(find_rubric(rubric))
    if loaded.id != told["rubric"]["id"]:
        raise GraderError(f"{folder} was graded by {told['rubric']['id']!r}, and {loaded.id!r} is something else.")
    chosen = choose(sandbox)
    key = _key(folder, loaded, told, chosen)
    group = Rejudged(folder, loaded, {path.name: each for path, each in read_results(folder).items()}, _told=told)
    with _bank(loaded, chosen, progress) as bank:
        for name, before in group.before.items():
            _look_at(group, name, before, key, bank)
    return group


def _run_before(out: Path) -> Mapping[str, Any]:
    from grader.classroom.results import run_of

    told = run_of(out)
    try:
        told["rubric"]["id"], told["seed"], told["data"], told["hand_ins"]
    except (KeyError, TypeError):
        raise GraderError(f"{out}: there is no run here whose run.json can be read.") from None
    return told


def _key(out: Path, rubric: Rubric, told: Mapping[str, Any], sandbox: Sandbox) -> Key:
    from grader.classroom.book import asked_before
    from grader.data import load

    before = asked_before(out)
    places = {name: told["data"].get(name, "built in") for name in rubric.datasets}
    data = {name: load(name, None if place == "built in" else Path(place)) for name, place in places.items()}
    key = prepare(rubric, int(told["seed"]), data, sandbox)
    if missing := _unobserved(key, before):
        raise GraderError(
            f"{rubric.path}: these criteria are new, or ask what the hand-ins were not asked: {', '.join(missing)}.\n"
            f"Nothing was changed. To look anew: grader grade … -o {out} --rubric {rubric.path}"
        )
    return key


def _unobserved(key: Key, asked: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The criteria of this key that ask what hand-ins were not asked, in the rubric's order."""
    return [
        criterion.id
        for criterion in key.rubric.criteria
        if any(
            seen.criteria[criterion.id].asked != asked[size].get(criterion.id)
            for size, seen in key.expected.items()
            if size in asked
        )
    ]


@contextmanager
def _bank(rubric: Rubric, sandbox: Sandbox, progress: Callable[[int, int], None] | None) -> Iterator[Bank | None]:
    """The course's known mistakes, where it has some."""
    from grader.paths import MISTAKES

    if not (rubric.folder / MISTAKES).is_file():
        yield None
        return

    bank = Bank(rubric, sandbox, progress)
    bank.library(next(iter(rubric.sizes)))
    try:
        yield bank
    finally:
        bank.close()


def _look_at(group: Rejudged, name: str, before: Result, key: Key, bank: Bank | None) -> None:
    from grader.batch import observed_file

    try:
        seen = unpack(observed_file(group.out, name).read_bytes())
    except (OSError, GraderError):
        group.left.setdefault("No observations are kept", []).append(name)
        return
    if seen.observations.submission != before.submission.get("digest"):
        group.left.setdefault("The observations are of another hand-in", []).append(name)
    elif seen.observations.size not in key.expected:
        group.left.setdefault("Observed at sizes that the rubric has no more", []).append(name)
    elif not (after := _rejudge(before, seen, key, bank)).complete and before.complete:
        group.left.setdefault("Something would be left ungraded", []).append(name)
    else:
        group.results[name] = after
        group.changes.append(_change(before, after))


def _rejudge(before: Result, seen: Seen, key: Key, bank: Bank | None) -> Result:
    """The result of the same observations by this key; `bank` names known mistakes where the course has some."""
    told = before.submission
    submission = Submission(told["id"], Path(), told["digest"], tuple(told["files"]), tuple(told["ignored"]))
    result = judge(key, submission, seen.observations)
    if seen.observations.signature and bank:
        result = explain(result, seen.observations, bank, key.seed)
    return judge_again(result, seen.observations.size, seen.again, key)


def _change(before: Result, after: Result) -> Change:
    """What became of one hand-in."""
    old, new = _points(before), _points(after)
    differing = {id_: (old.get(id_), new.get(id_)) for id_ in {**old, **new} if old.get(id_) != new.get(id_)}
    return Change(str(after.submission["id"]), before.score, after.score, differing)


def _points(result: Result) -> dict[str, float | None]:
    return {criterion.id: criterion.score.given for section in result.sections for criterion in section.criteria}


def _write(group: Rejudged, why: str, named: str | None) -> None:
    from grader.batch import observed_file, outcome_of, write_all
    from grader.batch.files import formats_there, kept_own
    from grader.classroom.book import attempt, open_for

    run = _run(group)
    book = open_for(group.out, named)
    for task in run.tasks:
        if result := group.results.get(task.id):
            observations = observed_file(group.out, task.id).read_bytes()
            outcome = outcome_of(task, result, sha256(observations).hexdigest())
            if book:
                book.record(attempt(run.rubric.id, outcome, why or "judged again"))
            write_all(task, result, formats_there(task.folder), kept_own(group.out, task.id))
            run.add(replace(outcome, told=""))
        else:
            run.add(_outcome_before(task, group))
    if book:
        book.close()
    run.write()


def _run(group: Rejudged) -> Run:
    """The run as run.json tells it, with another rubric."""
    from grader.batch import Task
    from grader.classroom.records import Run

    told = group._told
    data = {name: None if place == "built in" else Path(place) for name, place in told["data"].items()}
    tasks = [Task(str(each["id"]), Path(each["path"]), group.out / str(each["id"])) for each in told["hand_ins"]]
    return Run(group.out, group.rubric, int(told["seed"]), str(told.get("sandbox", "")), data, (), tasks)


def _outcome_before(task: Task, group: Rejudged) -> Outcome:
    from grader.batch import Outcome, outcome_of

    if result := group.before.get(task.id):
        return replace(outcome_of(task, result), told="")
    problems = (str(each["problem"]) for each in group._told["hand_ins"] if each["id"] == task.id)
    return Outcome(task, problem=next(problems))
