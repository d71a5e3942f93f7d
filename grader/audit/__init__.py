"""Does a rubric catch wrong solutions and accept right ones? Both are made from its reference, and graded.

Wrong ones are mutants of the functions that the course declares, and the bank of known mistakes; right ones are the
course's variants. Each is graded as a hand-in is. A wrong one that gets full marks is looked at again on fresh
probes: equal observations everywhere make it an equivalent, which nobody could catch.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from grader.audit.bench import Bench, Setup, fresh_probes
from grader.audit.course import Course, Open, candidates, load_course
from grader.audit.log import Log
from grader.audit.outcome import FATES, Audit, Candidate, Fate, Group, Kind, Outcome, Tally
from grader.audit.replacing import not_replaced

__all__ = [
    "FATES",
    "Audit",
    "Bench",
    "Candidate",
    "Course",
    "Fate",
    "Group",
    "Kind",
    "Log",
    "Open",
    "Outcome",
    "Setup",
    "Tally",
    "candidates",
    "concluded",
    "examine_all",
    "fresh_probes",
    "load_course",
    "sample",
]


def sample(found: Sequence[Candidate], count: int | None, seed: int) -> list[Candidate]:
    """At most `count` wrong and as many right candidates, drawn by the seed, in their order."""
    wrong = [candidate for candidate in found if candidate.kind != "right"]
    right = [candidate for candidate in found if candidate.kind == "right"]
    draw = random.Random(seed)
    kept = [each for listed in (wrong, right) for each in draw.sample(listed, min(len(listed), count or len(listed)))]
    chosen = {candidate.id for candidate in kept}
    return [candidate for candidate in found if candidate.id in chosen]


def examine_all(found: Sequence[Candidate], setup: Setup, log: Log, jobs: int) -> Generator[tuple[Outcome, bool]]:
    """The outcome of each candidate as it comes, and whether an earlier run left it.

    Closing the generator lets the candidates under way end and keeps their outcomes.
    """
    rest = []
    for candidate in found:
        known = log.find(candidate)
        if known is None:
            rest.append(candidate)
        else:
            yield known, True
    benches = _Benches(setup)
    pool = ThreadPoolExecutor(min(jobs, len(rest)) or 1, "audit")
    try:
        for future in as_completed(_submit(pool, rest, benches.examine, log)):
            yield future.result(), False
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        benches.close()


def _submit(
    pool: ThreadPoolExecutor, rest: Sequence[Candidate], examine: Callable[[Candidate], Outcome], log: Log
) -> list[Future[Outcome]]:
    def examined(candidate: Candidate) -> Outcome:
        outcome = examine(candidate)
        log.add(outcome)
        return outcome

    return [pool.submit(examined, candidate) for candidate in rest]


class _Benches:
    """One bench for each thread of the pool."""

    def __init__(self, setup: Setup) -> None:
        self._first = Bench(setup)
        self._own = threading.local()
        self._all: list[Bench] = []

    def examine(self, candidate: Candidate) -> Outcome:
        bench: Bench | None = getattr(self._own, "bench", None)
        if bench is None:
            bench = self._own.bench = Bench(self._first.setup, beside=self._first)
            self._all.append(bench)
        return bench.examine(candidate)

    def close(self) -> None:
        for bench in self._all:
            bench.close()


def concluded(
    found: Sequence[Candidate], setup: Setup, done: Mapping[str, tuple[Outcome, bool]], seconds: float
) -> Audit:
    """The audit of all these candidates, from what `examine_all` gave of each, by its id."""
    return Audit(
        {name: getattr(setup.rubric, name) for name in ("id", "title", "course", "digest")},
        {criterion.id: criterion.points for criterion in setup.rubric.criteria},
        [done[candidate.id][0] for candidate in found],
        setup.seed,
        fresh_probes(setup),
        seconds,
        sum(known for _, known in done.values()),
        not_replaced(setup),
    )
