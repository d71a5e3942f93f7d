"""One changed reference after the other, graded exactly as a hand-in, as fast as trusted code allows.

Three things save time and change no result. The worker lives on, since nobody wrote this code to harm it; a candidate
that kills it or comes late gets a fresh one. A criterion that sees nothing of a function, not even that it raises or
returns nothing, is not asked about changes to that function. Training is asked last, and only where nothing else has
decided.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.audit.course import Course
from grader.audit.mutants import emptied, touched
from grader.audit.outcome import Candidate, Fate, Outcome
from grader.checks import Check, attempt
from grader.driver import read_driver
from grader.grading import Key, came_through, judge, observe_in
from grader.model import CriterionResult, Observation, Observations, Submission, Values
from grader.probes import Setting
from grader.rubric import Criterion, Rubric, Section
from grader.session import Limits, Session

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.sandbox import Sandbox
    from grader.session import Student

__all__ = ["Bench", "Setup", "fresh_probes"]

QUICK = Limits(request=3.0, training=30.0, total=120.0)
PATIENT = Limits()
LATE = frozenset({"timeout", "died", "protocol"})
RENEWED_AFTER = 60  # candidates; a worker's processor time is limited
FRESH_SEEDS = 3
EXACT = 1e-9  # relative to the largest number: rounding is at 1e-12, the smallest real mistake at 1e-4
_SYNTAX_TREES = threading.Lock()  # Python 3.11 counts their depth once for all threads (cpython#106905)
SPEECH = ("message", "hint", "where")  # of failures; what they say may name a line


class FreshModels(Check):
    """The parameters with which each model of the rubric starts: a probe, which no rubric can ask for."""

    kind: Literal["fresh-models"]

    def observe(self, student: Student, setting: Setting) -> Values:
        def start(model: str) -> Any:
            return student.call("parameters", student.make("build", model, dict(setting.sizes)))

        return {model: attempt(partial(start, model)) for model in setting.models}


@dataclass(frozen=True)
class Setup:
    """What is the same for every candidate of an audit."""

    course: Course
    seed: int
    data: Mapping[str, DataSet]
    sandbox: Sandbox

    @property
    def rubric(self) -> Rubric:
        """The rubric that is audited."""
        return self.course.rubric

    @cached_property
    def quick(self) -> Rubric:
        """The criteria that need no data."""
        return _only(self.rubric, frozenset(c.id for c in self.rubric.criteria if not c.check.datasets()))

    @cached_property
    def slow(self) -> Rubric:
        """The others: training."""
        return _only(self.rubric, frozenset(c.id for c in self.rubric.criteria if c.check.datasets()))

    @cached_property
    def probes(self) -> Rubric:
        """The course's probes and the rubric's quick criteria, as a rubric that nobody is graded by."""
        own = [replace(criterion, id=f"criterion {criterion.id}", requires=()) for criterion in self.quick.criteria]
        start = Criterion("fresh-models", "Fresh models", 1.0, "fresh-models", FreshModels(kind="fresh-models"))
        return replace(self.rubric, sections=(Section("probes", "Probes", (start, *self.course.probes, *own)),))

    @property
    def first_size(self) -> str:
        """The sizes at which the reference works first."""
        return next(iter(self.rubric.sizes))

    @cached_property
    def fresh(self) -> list[tuple[int, str, frozenset[str]]]:
        """Seeds and sizes that no grading of this audit uses, and what is looked at with each.

        The rubric's own checks are the dear ones; they are looked at once where the course has probes.
        """
        others = [size for size in self.rubric.sizes if size != self.first_size]
        places = [self.first_size] * FRESH_SEEDS + others
        every = frozenset(criterion.id for criterion in self.probes.criteria)
        declared = frozenset(criterion.id for criterion in self.course.probes) or every
        return [
            (self.seed + 1_000_003 * (number + 1), size, declared if number else every)
            for number, size in enumerate(places)
        ]

    @property
    def fresh_count(self) -> int:
        """How many observations are compared before a change is called equivalent."""
        return sum(len(ids) for _, _, ids in self.fresh)


def fresh_probes(setup: Setup) -> str:
    """What the fresh probes are, in words."""
    count = len(setup.probes.criteria)
    return f"{count} probes with {len(setup.fresh)} other seeds and sizes, {setup.fresh_count} observations in all"


@dataclass
class _Known:
    """What is found out once about the reference, for all threads."""

    expected: dict[tuple[Any, ...], Observations] = field(default_factory=dict)
    reach: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    locks: dict[Any, threading.Lock] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def lock(self, about: Any) -> threading.Lock:
        """A lock for one piece of knowledge, so that no two threads find out the same."""
        with self.guard:
            return self.locks.setdefault(about, threading.Lock())


class Bench:
    """A place where one candidate at a time is graded; several share what is known of the reference."""

    def __init__(self, setup: Setup, beside: Bench | None = None) -> None:
        self.setup = setup
        self._known: _Known = beside._known if beside else _Known()
        self._driver = read_driver(setup.rubric.driver)
        self._session: Session | None = None
        self._served = 0

    def close(self) -> None:
        """End the worker."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def examine(self, candidate: Candidate) -> Outcome:
        """Grade one candidate, and where a wrong one gets full marks find out whether it is wrong at all."""
        started = time.monotonic()
        trial = _Trial(candidate, {**self.setup.course.files, **candidate.changed}, self._touched(candidate))
        outcome = self._right(trial) if candidate.kind == "right" else self._wrong(trial)
        return replace(outcome, seconds=time.monotonic() - started)

    def _right(self, trial: _Trial) -> Outcome:
        lost, told = self._grade(trial, self.setup.quick)
        more, told_more = self._grade(trial, self.setup.slow)
        if lost is None or more is None:
            return Outcome(trial.candidate, "undecided", {}, told or told_more)
        lost = {**lost, **more}
        return Outcome(trial.candidate, "rejected" if _any(lost) else "accepted", lost, told or told_more)

    def _wrong(self, trial: _Trial) -> Outcome:
        lost, told = self._grade(trial, self.setup.quick)
        if lost is None or _any(lost):
            return Outcome(trial.candidate, "undecided" if lost is None else "caught", lost or {}, told)
        fate, told, probes = self._excuse(trial)
        if fate is not None:
            return Outcome(trial.candidate, fate, lost, told, probes)
        more, told_more = self._grade(trial, self.setup.slow)
        if more is None:
            return Outcome(trial.candidate, "undecided", {}, told_more)
        return Outcome(trial.candidate, "caught" if _any(more) else "survived", {**lost, **more}, told_more or told)

    def _excuse(self, trial: _Trial) -> tuple[Fate | None, str, int]:
        """Why a wrong one may well get full marks, in what words, and after how many probes; None: it may not."""
        if trial.candidate.beyond:
            return "beyond", "The bank names no criterion for it.", 0
        parts = ((self.setup.quick, "quick"), (self.setup.slow, "slow"))
        if not any(self._reach(trial.touched, rubric, part) for rubric, part in parts):
            return "beyond", "No criterion sees anything of this function.", 0
        return self._compare(trial)

    def _compare(self, trial: _Trial) -> tuple[Fate | None, str, int]:
        """Look at fresh probes until the candidate differs from the reference in something that is not left open."""
        asked = self._reach(trial.touched, self.setup.probes, "probes")
        reasons: dict[str, str] = {}
        for seed, size, looked_at in self.setup.fresh:
            probes = _only(self.setup.probes, asked & looked_at)
            want = self._reference(self.setup.probes, "probes", seed, size)
            seen = self._observe(trial.files, probes, seed, size)
            for place in _differences(seen.criteria, want.criteria):
                because = self.setup.course.reason(place)
                if not because:
                    return None, f"Differs from the reference in {place}.", 0
                reasons.setdefault(because, place)
        count = self.setup.fresh_count
        if reasons:
            return "open", " ".join(f"{because} (Seen in {place}.)" for because, place in reasons.items()), count
        return "equivalent", f"Equal observations on {count} fresh probes.", count

    def _grade(self, trial: _Trial, rubric: Rubric) -> tuple[dict[str, float] | None, str]:
        """The points that are lost on each of the rubric's criteria, and the first finding; None: not decided."""
        if not rubric.criteria:
            return {}, ""
        part = "slow" if rubric is self.setup.slow else "quick"
        asked = self._reach(trial.touched, rubric, part)
        size = self.setup.first_size if not _needs_fitting(asked, rubric) else None
        seen = self._observe(trial.files, _only(rubric, asked), self.setup.seed, size)
        if seen.size != self.setup.first_size:  # then nothing is known of what it does not reach
            seen = self._observe(trial.files, rubric, self.setup.seed, seen.size)
        expected = self._reference(rubric, part, self.setup.seed, seen.size)
        whole = replace(seen, criteria={**expected.criteria, **seen.criteria})
        key = Key(rubric, self.setup.seed, self.setup.data, {seen.size: expected})
        judged = judge(key, _submission(trial.candidate.id, self.setup.rubric), whole)
        return _losses([criterion for section in judged.sections for criterion in section.criteria])

    def _observe(self, files: Mapping[str, bytes], rubric: Rubric, seed: int, size: str | None) -> Observations:
        """What the checks see; what came late is looked at again, alone and with a hand-in's own limits."""
        submission = _submission("candidate", self.setup.rubric)
        session = self._ready(files)
        seen = observe_in(session, submission, rubric, seed, self.setup.data, size)
        if not any(each.failure and each.failure.code in LATE for each in seen.criteria.values()):
            return seen
        self.close()
        with Session(files, self._driver, self.setup.sandbox, PATIENT) as alone:
            return observe_in(alone, submission, rubric, seed, self.setup.data, size)

    def _ready(self, files: Mapping[str, bytes]) -> Session:
        """The session with this hand-in loaded; a new one now and then."""
        self._served += 1
        if self._served % RENEWED_AFTER == 0:
            self.close()
        if self._session is None:
            self._session = Session(files, self._driver, self.setup.sandbox, QUICK)
        else:
            self._session.change(files)
        return self._session

    def _reference(self, rubric: Rubric, part: str, seed: int, size: str) -> Observations:
        """What the checks see of the reference."""
        about = (part, seed, size)
        with self._known.lock(about):
            if about not in self._known.expected:
                seen = self._observe(self.setup.course.files, rubric, seed, size)
                if part != "probes":
                    came_through(rubric, seen, Setting(seed, rubric.sizes[size], rubric.models, self.setup.data))
                self._known.expected[about] = seen
            return self._known.expected[about]

    def _touched(self, candidate: Candidate) -> frozenset[str] | None:
        """The functions that the candidate changed; None where it changed something else too."""
        found: set[str] = set()
        for file, new in candidate.changed.items():
            with _SYNTAX_TREES:
                names = touched(file, self.setup.course.files[file], new)
            if names is None:
                return None
            found |= names
        return frozenset(found)

    def _reach(self, functions: frozenset[str] | None, rubric: Rubric, part: str) -> frozenset[str]:
        """The criteria that may see a change to these functions."""
        if functions is None:
            return frozenset(criterion.id for criterion in rubric.criteria)
        return frozenset().union(*(self._reach_of(function, rubric, part) for function in functions))

    def _reach_of(self, function: str, rubric: Rubric, part: str) -> frozenset[str]:
        about = (part, function)
        with self._known.lock(about):
            if about not in self._known.reach:
                self._known.reach[about] = frozenset(self._who_sees(function, rubric, part))
            return self._known.reach[about]

    def _who_sees(self, function: str, rubric: Rubric, part: str) -> Iterator[str]:
        """The criteria whose observations change when the function raises, or when it returns nothing."""
        if not rubric.criteria:
            return
        file, _, name = function.partition(":")
        want = self._reference(rubric, part, self.setup.seed, self.setup.first_size)
        for statement in ("raise RuntimeError('changed by the audit')", "return None"):
            with _SYNTAX_TREES:
                changed = emptied(self.setup.course.files[file], name, statement)
            files = {**self.setup.course.files, file: changed}
            seen = self._observe(files, rubric, self.setup.seed, self.setup.first_size)
            for id_, observation in seen.criteria.items():
                if any(_differences({id_: observation}, {id_: want.criteria[id_]})):
                    yield id_


@dataclass(frozen=True)
class _Trial:
    """One candidate as a hand-in."""

    candidate: Candidate
    files: Mapping[str, bytes]
    touched: frozenset[str] | None


def _only(rubric: Rubric, ids: frozenset[str]) -> Rubric:
    """The rubric with these criteria only."""
    sections = (
        replace(section, criteria=tuple(_kept(criterion, ids) for criterion in section.criteria if criterion.id in ids))
        for section in rubric.sections
    )
    return replace(rubric, sections=tuple(section for section in sections if section.criteria))


def _kept(criterion: Criterion, ids: frozenset[str]) -> Criterion:
    return replace(criterion, requires=tuple(id_ for id_ in criterion.requires if id_ in ids))


def _needs_fitting(asked: frozenset[str], rubric: Rubric) -> bool:
    """Whether a model is built by any of these criteria, so that its sizes have to be found first."""
    return any(criterion.check.models() for criterion in rubric.criteria if criterion.id in asked)


def _submission(id_: str, rubric: Rubric) -> Submission:
    return Submission(id_, rubric.reference, id_, ())


def _losses(criteria: list[CriterionResult]) -> tuple[dict[str, float] | None, str]:
    if any(criterion.verdict == "ungraded" for criterion in criteria):
        return None, next(c.findings[0].message for c in criteria if c.verdict == "ungraded" and c.findings)
    lost = {c.id: round(c.score.maximum - (c.score.given or 0.0), 2) for c in criteria}
    findings = (c.findings[0].message for c in criteria if lost[c.id] and c.findings)
    return lost, next(findings, "")


def _any(lost: Mapping[str, float]) -> bool:
    return any(points > 0 for points in lost.values())


def _differences(seen: Mapping[str, Observation], want: Mapping[str, Observation]) -> Iterator[str]:
    """The places, such as "softmax/a batch", at which two submissions were seen to differ, to rounding."""
    for id_, observation in seen.items():
        mine, theirs = _all_of(observation), _all_of(want[id_])
        yield from _unlike(mine, theirs, id_)


def _all_of(observation: Observation) -> dict[str, Any]:
    failure = observation.failure.code if observation.failure else None
    return {**observation.values, **({"failure": failure} if failure else {})}


def _unlike(mine: Any, theirs: Any, place: str) -> Iterator[str]:
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        for key in dict.fromkeys((*theirs, *mine)):
            if key in SPEECH and "code" in theirs:
                continue
            if key in mine and key in theirs:
                yield from _unlike(mine[key], theirs[key], f"{place}/{key}")
            else:
                yield f"{place}/{key}"
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for number, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            yield from _unlike(one, other, f"{place}/{number}")
    elif not _alike(mine, theirs):
        yield place


def _alike(one: Any, other: Any) -> bool:
    numeric = (bool, int, float, np.ndarray)
    if not (isinstance(one, numeric) and isinstance(other, numeric)):
        return type(one) is type(other) and bool(one == other)
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if a.shape != b.shape:
        return False
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    with suppress(ValueError):  # nothing finite
        largest = max(np.abs(a[finite]).max(), np.abs(b[finite]).max())
        return bool(np.abs(a[finite] - b[finite]).max() <= EXACT * largest + 1e-13)
    return True
