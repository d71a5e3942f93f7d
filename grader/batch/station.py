"""Where hand-ins are graded, one after the other: a process that keeps a nursery, a renderer and the key at hand."""

from __future__ import annotations

import pickle
import threading
import time
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from grader.batch.files import drawn
from grader.batch.nouns import Graded, Outcome, Plan, Work, outcome_of
from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.again import Helpers
    from grader.batch.carrying import Unpacked
    from grader.grading import Key
    from grader.mistakes.bank import Bank
    from grader.model import Result
    from grader.sandbox import Sandbox

__all__ = ["Station", "Stopped", "close", "grade", "without_result"]


class Stopped(BaseException):
    """Whoever asked wants no more."""


def grade(work: Work, plan: Plan) -> Graded:
    """Grade one hand-in at this thread's station."""
    started = time.monotonic()
    try:
        graded = _station(plan).grade(work)
    except GraderError as error:
        graded = without_result(work, str(error))
    except Stopped:
        graded = without_result(work, "Stopped.")
    except Exception as error:  # a fault of ours over one hand-in must not cost the others their results
        graded = without_result(work, f"The grader itself failed ({type(error).__name__}: {error}).")
    return replace(graded, outcome=replace(graded.outcome, seconds=time.monotonic() - started))


def without_result(work: Work, problem: str) -> Graded:
    """What there is to tell of a hand-in that could not be graded."""
    return Graded(Outcome(work.task, problem=problem, digests={"submission": work.submission.digest}))


_here = threading.local()


def _station(plan: Plan) -> Station:
    found: Station | None = getattr(_here, "station", None)
    if found is None or found.plan.id != plan.id or found.plan.formats != plan.formats:
        close()
        found = _here.station = Station(plan)
    return found


def close() -> None:
    """End the workers that wait for a next hand-in at this thread's station."""
    station: Station | None = getattr(_here, "station", None)
    _here.station = None
    if station is not None:
        station.close()


def _unpacked(plan: Plan, sandbox: Sandbox) -> Unpacked:
    from grader.batch.carrying import Unpacked

    return Unpacked(plan, sandbox)


class Station:
    """What one thread keeps between hand-ins of one plan."""

    def __init__(self, plan: Plan) -> None:
        from grader.data import load
        from grader.sandbox import choose
        from grader.sandbox.nursery import Nursery

        self.plan = plan
        self.sandbox: Sandbox = choose(plan.sandbox)
        self._nursery = Nursery(self.sandbox)  # for hand-ins only: no worker with a reference in it is a neighbour
        self._unpacked = _unpacked(plan, self.sandbox) if plan.course else None
        key: Key = self._unpacked.key if self._unpacked else pickle.loads(plan.key)  # written by whoever sends works
        built_in = {name: load(name, place) for name, place in plan.data.items()}
        self.key = replace(key, data={**key.data, **built_in})

    def grade(self, work: Work) -> Graded:
        """Grade one hand-in, and draw what is told about it."""
        from grader.exports.json import from_json, to_json
        from grader.marking import waiting
        from grader.writeup.figures import Figures
        from grader.writeup.own import own_words
        from grader.writeup.own import to_json as kept

        result, observed = (from_json(work.told), None) if work.told else self._looked(work)
        told = work.told or to_json(result)
        own = own_words(self.key.rubric, work.files, Figures(work.pictures, work.submission.files))
        files, notice = drawn(result, told, self.plan.formats, own)
        outcome = outcome_of(work.task, result, sha256(observed).hexdigest() if observed else "", told)
        shown = waiting(self.key.rubric, result, work.files)
        return Graded(replace(outcome, waiting=shown, notice=notice), files, observed, kept(own) if own else "")

    def _looked(self, work: Work) -> tuple[Result, bytes | None]:
        """The result, and what was observed, packed."""
        from grader.again import judge_again, look_again
        from grader.grading import look
        from grader.observed import Seen, pack

        result, seen = look(work.submission, work.files, self.key, self._nursery)
        if seen.signature:
            from grader.mistakes.feedback import explain

            result = explain(result, seen, self._bank, self.key.seed)
        again = look_again(result, seen.size, work.files, self.key, self._nursery, self._helpers)
        return judge_again(result, seen.size, again, self.key), pack(Seen(seen, again))

    @cached_property
    def _bank(self) -> Bank:
        """The known mistakes, with a worker for combinations of them."""
        from grader.mistakes.bank import Bank

        return self._unpacked.bank() if self._unpacked else Bank(self.key.rubric, self.sandbox)

    @cached_property
    def _helpers(self) -> Helpers:
        """The reference's own helpers, with a worker for them."""
        from grader.again import Helpers

        return Helpers(self.key.rubric, self.sandbox)

    def close(self) -> None:
        """End its workers."""
        self._nursery.close()
        for name in ("_bank", "_helpers"):
            if made := vars(self).pop(name, None):
                made.close()
