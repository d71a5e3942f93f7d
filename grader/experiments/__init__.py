"""Runs of a hand-in's own training, several at the same time, each kept when it is done.

A run happens in a fresh worker. Accuracies are computed here, from predictions; labels that the course keeps for
testing never go in. What a run gives depends on nothing but the hand-in, the driver, the settings and the data, so it
is the same for any number of jobs, and one that was kept under that name need not be done again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import sys
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.driver import Driver
from grader.errors import StudentError
from grader.kept import Kept
from grader.model import Failure
from grader.session import Limits, Session

if TYPE_CHECKING:
    from grader.sandbox import Process, Sandbox

__all__ = ["Array", "Bench", "Outcome", "Pick", "Run", "Settings", "Splits", "perform", "read"]

Array = np.ndarray[Any, np.dtype[Any]]
Settings = Mapping[str, bool | int | float | str]
Pick = Literal["last", "first", "best", "max", "min"]

MEMORY = 6 << 30  # bytes of addresses; MNIST as float64 alone takes 0.4 GB
MOST_POINTS, MOST_SERIES, MOST_EPOCHS = 20_000, 40, 100_000
MOST_ELEMENTS = 1_000_000  # in all arrays of a run
MOST_NOTES = 5
LONGEST_NAME, LONGEST_NOTE = 60, 300


@dataclass(frozen=True)
class Run:
    """One configuration to train."""

    experiment: str
    settings: Settings
    label: str = ""  # what tells it from the other runs of its experiment

    @property
    def key(self) -> tuple[tuple[str, Any], ...]:
        """Equal for runs that do the same."""
        return tuple(sorted(self.settings.items()))


@dataclass(frozen=True)
class Outcome:
    """What one run gave; `failure` says why it gave nothing."""

    run: Run
    series: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)  # by name; None where not finite
    places: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # along the axis, where not 1, 2, 3, …
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    epochs: int = 0
    best: int | None = None  # the place, from 0, at which `best_by` is largest
    notes: tuple[str, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0
    known: bool = False  # from an earlier run

    def at(self, series: str, pick: Pick = "last") -> float | None:
        """One value of a series; None where there is none."""
        values = self.series.get(series, ())
        finite = [value for value in values if value is not None]
        if not finite:
            return None
        if pick in ("max", "min"):
            return max(finite) if pick == "max" else min(finite)
        place = {"first": 0, "last": len(values) - 1}.get(pick, len(values) - 1 if self.best is None else self.best)
        return values[min(place, len(values) - 1)]


@dataclass(frozen=True)
class Splits:
    """The data as a driver gets it, and all labels, of which it gets some."""

    given: Mapping[str, Any]  # X_train, y_train, …, white, classes
    labels: Mapping[str, Array]  # by the name of a split
    name: str
    source: str

    @cached_property
    def digest(self) -> str:
        """A name for all of it."""
        whole = hashlib.sha256()
        for name, value in [*sorted(self.given.items()), *sorted(self.labels.items())]:
            whole.update(f"{name} {getattr(value, 'dtype', '')} {np.shape(value)}\n".encode())
            whole.update(np.ascontiguousarray(value).tobytes())
        return whole.hexdigest()


@dataclass(frozen=True)
class Bench:
    """What is the same for all runs of one hand-in."""

    files: Mapping[str, bytes]
    driver: Driver
    splits: Splits
    sandbox: Sandbox
    best_by: str = ""
    seconds: float = 1800.0
    aside: frozenset[str] = frozenset()  # files on which no run depends, such as the report itself

    @property
    def limits(self) -> Limits:
        """A run is longer and larger than anything that grading asks for."""
        return Limits(request=self.seconds, training=self.seconds, total=self.seconds + 60, memory=MEMORY)

    def name(self, run: Run) -> str:
        """A name for everything that a run depends on."""
        files = {name: _sha(content) for name, content in sorted(self.files.items()) if name not in self.aside}
        return _sha(json.dumps([files, run.key, self._deciding]).encode())

    @cached_property
    def _deciding(self) -> list[Any]:
        here = Path(__file__).resolve()
        code = [here, *sorted(here.parents[1].glob("worker/*.py"))]
        told = [_sha(path.read_bytes()) for path in code]
        return [told, self.driver.digest, self.splits.digest, self.best_by, sys.version, np.__version__]


def perform(runs: Sequence[Run], bench: Bench, jobs: int, kept: Kept | None = None) -> Generator[Outcome, None, None]:
    """Do the runs, a few at the same time; outcomes come as they are done, known ones first.

    Closing the iterator ends what is under way. What was done before that is kept.
    """
    waiting: list[Run] = []
    for run in runs:
        found = _found(run, bench, kept)
        if found is None:
            waiting.append(run)
        else:
            yield found
    if waiting:
        yield from _in_threads(waiting, bench, min(jobs, len(waiting)), kept)


def _in_threads(runs: Sequence[Run], bench: Bench, jobs: int, kept: Kept | None) -> Generator[Outcome, None, None]:
    """Threads only wait: the work is done by the workers, each a process of its own."""
    under_way = _UnderWay()
    pool = ThreadPoolExecutor(jobs, "experiment")
    try:
        todo: set[Future[Outcome]] = {pool.submit(_do, run, bench, under_way, kept) for run in runs}
        while todo:
            done, todo = wait(todo, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    finally:
        under_way.stop()
        pool.shutdown(wait=True, cancel_futures=True)


class _UnderWay:
    """The workers that are busy, so that they can be ended from outside."""

    def __init__(self) -> None:
        self.stopped = False
        self._workers: set[Process] = set()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def worker(self, bench: Bench) -> Iterator[Process]:
        """A fresh worker."""
        with self._lock:
            if self.stopped:
                raise _Stopped
            process = bench.sandbox.start(bench.limits)
            self._workers.add(process)
        try:
            yield process
        finally:
            with self._lock:
                self._workers.discard(process)
            process.kill()

    def stop(self) -> None:
        """End them all, and let none begin."""
        with self._lock:
            self.stopped = True
            for process in self._workers:
                process.kill()


class _Stopped(Exception):
    """Nobody waits for this run any more."""


def _do(run: Run, bench: Bench, under_way: _UnderWay, kept: Kept | None) -> Outcome:
    started = time.monotonic()
    try:
        with under_way.worker(bench) as process:
            outcome = _train(run, bench, process)
    except Exception as error:
        if under_way.stopped:
            return Outcome(run, failure=Failure("grader", "stopped", "Stopped."))
        told = f"The grader itself failed ({type(error).__name__}: {error})."
        outcome = Outcome(run, failure=Failure("grader", "grader-fault", told))
    outcome = replace(outcome, seconds=round(time.monotonic() - started, 3))
    if kept is not None and not under_way.stopped and _lasts(outcome.failure):
        kept.put(bench.name(run), _plain(outcome))
    return outcome


def _train(run: Run, bench: Bench, process: Process) -> Outcome:
    try:
        with Session(bench.files, bench.driver, bench.sandbox, bench.limits, process) as session:
            told = session.student().call("experiment", dict(run.settings), dict(bench.splits.given))
    except StudentError as error:
        return Outcome(run, failure=error.failure)
    return read(run, told, bench.splits, bench.best_by)


def _lasts(failure: Failure | None) -> bool:
    """Whether doing it again would give the same; time and memory depend on the machine's other work."""
    return failure is None or (failure.fault == "student" and failure.code not in ("timeout", "died", "protocol"))


def read(run: Run, told: Any, splits: Splits, best_by: str = "") -> Outcome:
    """What a driver told of a run, believed in nothing but its form; accuracies are computed here."""
    if not isinstance(told, Mapping):
        return Outcome(run, failure=Failure("grader", "driver", "The driver's experiment returned no mapping."))
    series = {name: _series(values) for name, values in _entries(told, "history")}
    for split, predictions in _entries(told, "predictions"):
        if split in splits.labels:
            series[f"{split} accuracy"] = _accuracies(predictions, splits.labels[split])
    epochs = told.get("epochs")
    return Outcome(
        run,
        {name: values for name, values in series.items() if values},
        {name: tuple(v or 0.0 for v in _series(values)) for name, values in _entries(told, "at")},
        {name: _number(value) for name, value in _entries(told, "numbers")},
        _arrays(told),
        epochs if isinstance(epochs, int) and 0 <= epochs <= MOST_EPOCHS else 0,
        _best(series.get(best_by, ())),
        _notes(told.get("notes")),
    )


def _entries(told: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    part = told.get(name)
    return [(key[:LONGEST_NAME], part[key]) for key in list(part)[:MOST_SERIES]] if isinstance(part, Mapping) else []


def _series(values: Any) -> tuple[float | None, ...]:
    if isinstance(values, np.ndarray):
        values = values.reshape(-1).tolist()
    return tuple(map(_number, values[:MOST_POINTS])) if isinstance(values, list) else ()


def _number(value: Any) -> float | None:
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _accuracies(predictions: Any, labels: Array) -> tuple[float | None, ...]:
    """The share of right predictions after each epoch; nothing where the rows are not those of the labels."""
    if not isinstance(predictions, np.ndarray) or predictions.ndim not in (1, 2):
        return ()
    epochs = np.atleast_2d(predictions)
    if epochs.shape[1] != len(labels):
        return ()
    return tuple(float(np.mean(epoch == labels)) for epoch in epochs[:MOST_POINTS])


def _arrays(told: Mapping[str, Any]) -> dict[str, Array]:
    found = {name: value for name, value in _entries(told, "arrays") if isinstance(value, np.ndarray)}
    small = sum(array.size for array in found.values()) <= MOST_ELEMENTS
    return {name: np.asarray(array, dtype=np.float64) for name, array in found.items()} if small else {}


def _best(values: Sequence[float | None]) -> int | None:
    """The first place of the largest value."""
    finite = [(value, -place) for place, value in enumerate(values) if value is not None]
    return -max(finite)[1] if finite else None


def _notes(told: Any) -> tuple[str, ...]:
    return tuple(str(note)[:LONGEST_NOTE] for note in told[:MOST_NOTES]) if isinstance(told, list) else ()


def _found(run: Run, bench: Bench, kept: Kept | None) -> Outcome | None:
    """The outcome that an earlier run left, if it can still be read."""
    plain = kept.get(bench.name(run)) if kept is not None else None
    if plain is None:
        return None
    try:
        return _outcome(run, plain)
    except (KeyError, TypeError, ValueError):
        return None


def _plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON has it."""
    failure = outcome.failure
    return {
        "settings": dict(outcome.run.settings),
        "series": dict(outcome.series),
        "places": dict(outcome.places),
        "numbers": dict(outcome.numbers),
        "arrays": {name: [array.shape, array.reshape(-1).tolist()] for name, array in outcome.arrays.items()},
        "epochs": outcome.epochs,
        "best": outcome.best,
        "notes": outcome.notes,
        "failure": failure and [failure.fault, failure.code, failure.message, failure.hint, failure.where],
        "seconds": outcome.seconds,
    }


def _outcome(run: Run, plain: Mapping[str, Any]) -> Outcome:
    arrays = {name: np.array(flat, dtype=np.float64).reshape(shape) for name, (shape, flat) in plain["arrays"].items()}
    return Outcome(
        run,
        {name: tuple(values) for name, values in plain["series"].items()},
        {name: tuple(values) for name, values in plain["places"].items()},
        plain["numbers"],
        arrays,
        plain["epochs"],
        plain["best"],
        tuple(plain["notes"]),
        Failure(*plain["failure"]) if plain["failure"] else None,
        plain["seconds"],
        known=True,
    )


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
