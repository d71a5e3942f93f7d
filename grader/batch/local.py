"""The engine of this machine: processes of a pool, each a station of its own."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize

from grader.batch import station
from grader.batch.nouns import Engine, Grade, Graded, Plan, Work

__all__ = ["engine"]

AHEAD = 2  # works on their way to each process: none waits for the next, and few are lost with one
GRACE = 3.0  # seconds; workers die with the process that started them
TWICE = "The grader's own process died over this hand-in, and once more when it was tried alone: it is set aside."


def engine(processes: int, grade: Grade = station.grade) -> Engine:
    """So many processes; one is this process itself."""
    return partial(_here, grade) if processes == 1 else partial(_in_pools, processes, grade)


def _here(grade: Grade, works: Iterable[Work], plan: Plan) -> Generator[Graded, None, None]:
    try:
        yield from (grade(work, plan) for work in works)
    finally:
        station.close()


def _in_pools(processes: int, grade: Grade, works: Iterable[Work], plan: Plan) -> Generator[Graded, None, None]:
    """One pool after the other: who was under way when a pool broke is tried alone, and the others go on."""
    rest = iter(works)
    while lost := (yield from _in_pool(processes, grade, rest, plan)):
        for work in lost:
            if (yield from _in_pool(1, grade, iter([work]), plan)):
                yield station.without_result(work, TWICE)


def _in_pool(
    processes: int, grade: Grade, works: Iterator[Work], plan: Plan
) -> Generator[Graded, None, Sequence[Work]]:
    """Grade in one pool; the value is what was under way when a process of it died."""
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start_process, (grade, plan))
    waiting: dict[Future[Graded], Work] = {}
    ended = False
    try:
        _send(pool, islice(works, AHEAD * processes), waiting)
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                graded = future.result()
                del waiting[future]
                _send(pool, islice(works, 1), waiting)
                yield graded
        ended = True
    except BrokenProcessPool:
        ended = True
    finally:
        if not ended:
            _end(multiprocessing.active_children())
        pool.shutdown(wait=True, cancel_futures=True)
    return list(waiting.values())


def _send(pool: ProcessPoolExecutor, works: Iterable[Work], waiting: dict[Future[Graded], Work]) -> None:
    for work in works:
        waiting[_submitted(pool, work)] = work


def _submitted(pool: ProcessPoolExecutor, work: Work) -> Future[Graded]:
    """The work on its way; what a pool that broke meanwhile refuses is as lost as what it had."""
    try:
        return pool.submit(_grade, work)
    except BrokenProcessPool as error:
        refused: Future[Graded] = Future()
        refused.set_exception(error)
        return refused


def _end(processes: Sequence[BaseProcess]) -> None:
    """Ask the processes to leave, and do not wait for one that stays: the pool would wait for it for ever."""
    for process in processes:
        process.terminate()
    until = time.monotonic() + GRACE
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        if process.is_alive():
            process.kill()


class _State:
    """Of a process of the pool."""

    grade: Grade
    plan: Plan
    busy = False
    ending = False


def _start_process(grade: Grade, plan: Plan) -> None:
    """Leave Ctrl-C to the parent; when it ends this process, close what is at hand first; never outlive it."""
    _State.grade, _State.plan = grade, plan
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    Finalize(None, station.close, exitpriority=10)
    threading.Thread(target=_leave_with_parent, name="parent watcher", daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)  # it was killed: nobody reads what is graded here any more


def _leave(*_: object) -> None:
    """Stop the hand-in under way, once; never break into the pool's own queues."""
    was_ending, _State.ending = _State.ending, True
    if _State.busy and not was_ending:
        raise station.Stopped


def _grade(work: Work) -> Graded:
    _State.busy = not _State.ending
    try:
        return _State.grade(work, _State.plan) if _State.busy else station.without_result(work, "Not begun.")
    finally:
        _State.busy = False
        if not gc.get_freeze_count():
            gc.freeze()  # rubric, key and modules are here to stay: no need to look through them again
