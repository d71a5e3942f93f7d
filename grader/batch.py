"""Many hand-ins, each graded and written on its own: what happens to one never touches another.

Each process of the pool keeps a renderer and a started worker at hand. The results are the same for any number of
processes, because nothing of a hand-in depends on its neighbours.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.errors import GraderError
from grader.model import Result, Score, Status, Waiting

if TYPE_CHECKING:
    from grader.again import Helpers
    from grader.bank import Bank
    from grader.grading import Key
    from grader.observed import Seen
    from grader.report import Renderer
    from grader.sandbox import Process, Sandbox

__all__ = [
    "FILES",
    "OBSERVED",
    "Format",
    "Outcome",
    "Plan",
    "Task",
    "observed_file",
    "outcome_of",
    "plan",
    "run",
    "write",
    "write_all",
]

Format = Literal["json", "html", "pdf"]
FILES: Mapping[Format, str] = {"html": "report.html", "pdf": "report.pdf", "json": "result.json"}
OBSERVED = ".observed"  # beside the hand-ins' folders, which students may get to see


@dataclass(frozen=True, slots=True)
class Task:
    """One hand-in, and the folder for what is written about it."""

    id: str
    path: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for every hand-in of a run."""

    key: bytes  # pickled once, without its data sets: each process reads those itself
    data: Mapping[str, Path | None]
    sandbox: str
    formats: frozenset[Format]
    resume: bool = False  # take over a result that is there already and is of the same hand-in and rubric


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one hand-in; `problem` says why there is no result."""

    task: Task
    score: Score = Score(None, 0.0)
    verdicts: Mapping[Status, int] = field(default_factory=dict)
    criteria: Mapping[str, float | None] = field(default_factory=dict)  # points by criterion id
    integrity: tuple[str, ...] = ()
    complete: bool = False
    decided: Score = Score(None, 0.0)  # the score without what waits for a person
    waiting: tuple[Waiting, ...] = ()  # what a person has to mark
    seconds: float = 0.0
    notice: str = ""  # what could not be written
    problem: str = ""
    told: str = ""  # the result as JSON, for the gradebook; whoever keeps outcomes drops it
    digests: Mapping[str, str] = field(default_factory=dict)  # of the submission, the rubric, the observations


def observed_file(out: Path, id_: str) -> Path:
    """Where the observations of a hand-in are kept, to judge them again."""
    return out / OBSERVED / f"{id_}.bin"


def plan(
    key: Key, data: Mapping[str, Path | None], sandbox: Sandbox, formats: Iterable[Format], *, resume: bool = False
) -> Plan:
    """The plan of a run with this key."""
    return Plan(pickle.dumps(replace(key, data={})), dict(data), sandbox.name, frozenset(formats), resume)


def run(tasks: Sequence[Task], plan: Plan, processes: int) -> Generator[Outcome, None, None]:
    """Grade and write each hand-in; outcomes come as they are done.

    Closing the iterator, or an interrupt, ends what is under way without leaving anything half-written.
    """
    if not plan.resume:
        for task in tasks:
            _forget(task)
    if processes == 1 or len(tasks) == 1:
        try:
            yield from (_grade(task, plan) for task in tasks)
        finally:
            _put_away()
        return
    done: set[Task] = set()
    try:
        for outcome in _in_pool(tasks, plan, min(processes, len(tasks))):
            done.add(outcome.task)
            yield outcome
    except BrokenProcessPool:  # one hand-in took its process along: alone in a pool each, that one shows itself
        for task in tasks:
            if task not in done:
                yield _alone(task, plan)


def write(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        if not private:
            os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@cache
def _umask() -> int:
    """What the user's new files may not allow; temporary files are for the owner only."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _in_pool(tasks: Iterable[Task], plan: Plan, processes: int) -> Generator[Outcome, None, None]:
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start_process)
    ended = False
    try:
        waiting: set[Future[Outcome]] = {pool.submit(_grade, task, plan) for task in tasks}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
        ended = True
    finally:
        if not ended:
            _end(multiprocessing.active_children())
        pool.shutdown(wait=True, cancel_futures=True)


def _end(processes: Sequence[BaseProcess]) -> None:
    """Ask the processes to leave, and do not wait for one that stays: the pool would wait for it for ever."""
    for process in processes:
        process.terminate()
    until = time.monotonic() + _GRACE
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()


_GRACE = 3.0  # seconds; workers die with the process that started them


def _alone(task: Task, plan: Plan) -> Outcome:
    try:
        return next(_in_pool([task], plan, 1))
    except BrokenProcessPool:
        return Outcome(task, problem="The grader's own process died over this hand-in.")


def _start_process() -> None:
    """Leave Ctrl-C to the parent; when it ends this process, close the worker at hand first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    Finalize(None, _put_away, exitpriority=10)


class _Stopped(BaseException):
    """The parent wants no more."""


class _State:
    """Of this process."""

    busy = False
    ending = False
    spare: Process | None = None  # a worker for the next hand-in
    bank: Bank | None = None  # the known mistakes, with a worker for combinations of them
    helpers: Helpers | None = None  # the reference's own helpers, with a worker for them


def _leave(*_: object) -> None:
    """Stop the hand-in under way, once; never break into the pool's own queues."""
    was_ending, _State.ending = _State.ending, True
    if _State.busy and not was_ending:
        raise _Stopped


def _grade(task: Task, plan: Plan) -> Outcome:
    """Grade one hand-in and write what is told about it."""
    started = time.monotonic()
    try:
        _State.busy = not _State.ending
        outcome = _graded(task, plan) if _State.busy else Outcome(task, problem="Not begun.")
    except GraderError as error:
        outcome = _without_result(task, str(error))
    except _Stopped:
        outcome = _without_result(task, "Stopped.")
    except Exception as error:  # a fault of ours over one hand-in must not cost the others their results
        outcome = _without_result(task, f"The grader itself failed ({type(error).__name__}: {error}).")
    finally:
        _State.busy = False
    return replace(outcome, seconds=time.monotonic() - started)


def _graded(task: Task, plan: Plan) -> Outcome:
    from grader.again import judge_again, look_again
    from grader.grading import look
    from grader.intake import take
    from grader.marking import waiting
    from grader.observed import Seen
    from grader.sandbox import prestart

    intake = take(task.path)
    submission = replace(intake.submission, id=task.id)
    key = _key(plan.key, tuple(plan.data.items()))
    if plan.resume and (before := _result_before(task, submission.digest, key)):
        return replace(outcome_of(task, before), waiting=waiting(key.rubric, before, intake.files))
    sandbox = _sandbox(plan.sandbox)
    warm, _State.spare = _State.spare, None
    result, seen = look(submission, intake.files, key, sandbox, warm=warm)
    _State.spare = prestart(sandbox)  # the next hand-in's worker gets ready while this report is drawn
    if seen.signature:
        from grader.feedback import explain

        result = explain(result, seen, _bank(plan.key, plan.sandbox), key.seed)
    again = look_again(result, seen.size, intake.files, key, sandbox, _helpers(plan.key, plan.sandbox))
    result = judge_again(result, seen.size, again, key)
    outcome = outcome_of(task, result, _keep(task, Seen(seen, again)))
    notice = write_all(task, result, plan.formats)
    return replace(outcome, waiting=waiting(key.rubric, result, intake.files), notice=notice)


def _keep(task: Task, seen: Seen) -> str:
    """Keep what was observed; its digest, or nothing where it is too large to keep."""
    from grader.observed import pack

    file = observed_file(task.folder.parent, task.id)
    packed = pack(seen)
    if packed is None:
        file.unlink(missing_ok=True)
        return ""
    write(file, packed, private=True)
    return sha256(packed).hexdigest()


@cache
def _key(pickled: bytes, data: tuple[tuple[str, Path | None], ...]) -> Key:
    from grader.data import load

    key: Key = pickle.loads(pickled)  # written by our own parent
    return replace(key, data={name: load(name, path) for name, path in data})


def _bank(pickled: bytes, sandbox: str) -> Bank:
    from grader.bank import Bank

    key: Key = pickle.loads(pickled)  # written by our own parent
    if _State.bank is None or _State.bank.rubric != key.rubric:
        _State.bank = Bank(key.rubric, _sandbox(sandbox))
    return _State.bank


def _helpers(pickled: bytes, sandbox: str) -> Helpers:
    from grader.again import Helpers

    key: Key = pickle.loads(pickled)  # written by our own parent
    if _State.helpers is None or _State.helpers.rubric != key.rubric:
        _State.helpers = Helpers(key.rubric, _sandbox(sandbox))
    return _State.helpers


def _result_before(task: Task, digest: str, key: Key) -> Result | None:
    """The result that an earlier run left, if it is of the same hand-in and rubric."""
    from grader.exports.json import from_json

    try:
        result = from_json((task.folder / FILES["json"]).read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, GraderError):
        return None
    same = result.submission.get("digest") == digest and result.rubric.get("digest") == key.rubric.digest
    return result if same else None


@cache
def _sandbox(name: str) -> Sandbox:
    from grader.sandbox import choose

    return choose(name)


def _put_away() -> None:
    """End the workers that wait for a next hand-in."""
    spare, _State.spare = _State.spare, None
    if spare is not None:
        spare.kill()
    for each in (_State.bank, _State.helpers):
        if each is not None:
            each.close()
    _State.bank = _State.helpers = None


def write_all(task: Task, result: Result, formats: frozenset[Format]) -> str:
    """Write the formats that were asked for, result.json last; tells what could not be made."""
    from grader.exports.json import to_json
    from grader.report import html

    notice = ""
    if "html" in formats:
        write(task.folder / FILES["html"], html(result))
    if "pdf" in formats:
        try:
            write(task.folder / FILES["pdf"], _renderer().pdf(result))
        except Exception as error:  # whatever a hand-in's text did to the renderer, its result stands
            notice = f"No PDF could be made ({type(error).__name__}: {error})."
    if "json" in formats:
        write(task.folder / FILES["json"], to_json(result))
    return notice


def _forget(task: Task) -> None:
    """Remove what an earlier run wrote: it would be taken for this one's."""
    for name in FILES.values():
        with contextlib.suppress(FileNotFoundError):
            (task.folder / name).unlink()


@cache
def _renderer() -> Renderer:
    from grader.report import Renderer

    return Renderer()


def _without_result(task: Task, problem: str) -> Outcome:
    _forget(task)
    return Outcome(task, problem=problem)


def outcome_of(task: Task, result: Result, observations: str = "") -> Outcome:
    """What is told of a result; `observations` is the digest of the file that keeps them."""
    from grader.exports.json import to_json

    criteria = [criterion for section in result.sections for criterion in section.criteria]
    return Outcome(
        task,
        result.score,
        Counter(criterion.verdict for criterion in criteria),
        {criterion.id: criterion.score.given for criterion in criteria},
        result.integrity,
        result.complete,
        result.decided,
        told=to_json(result),
        digests={
            "submission": str(result.submission.get("digest", "")),
            "rubric": str(result.rubric.get("digest", "")),
            "observations": observations,
        },
    )
