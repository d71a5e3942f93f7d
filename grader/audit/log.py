"""Outcomes that are kept between runs: one line of JSON for each, in a file that is named by all that decides."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from grader.audit.bench import Setup
from grader.audit.outcome import Candidate, Outcome
from grader.paths import cache_folder

__all__ = ["Log"]

# What decides on an outcome, besides the rubric: the rest of the toolkit only shows it.
DECIDING = (
    "audit/bench.py",
    "checks/*.py",
    "compare/*.py",
    "grading.py",
    "probes.py",
    "session.py",
    "worker/*.py",
)


class Log:
    """What is known already of a rubric's candidates. Lines are appended whole, so a stopped run loses nothing."""

    def __init__(self, setup: Setup, folder: Path | None = None) -> None:
        self.path = (folder or cache_folder()) / "audit" / f"{_digest(_deciding(setup))[:32]}.jsonl"
        self._known = dict(_lines(self.path))
        self._lock = threading.Lock()

    def find(self, candidate: Candidate) -> Outcome | None:
        """The outcome that an earlier run left of just this candidate."""
        found = self._known.get(_name(candidate))
        return None if found is None else _outcome(candidate, found)

    def add(self, outcome: Outcome) -> None:
        """Keep an outcome; one that is not decided is tried again next time."""
        if outcome.fate == "undecided":
            return
        line = {
            "name": _name(outcome.candidate),
            "fate": outcome.fate,
            "lost": dict(outcome.lost),
            "told": outcome.told,
            "probes": outcome.probes,
            "seconds": round(outcome.seconds, 3),
        }
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def _lines(path: Path) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The lines of an earlier run by candidate; the last one may have been cut off."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    for line in text.splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found = json.loads(line)
            yield found["name"], found


def _outcome(candidate: Candidate, found: Mapping[str, Any]) -> Outcome:
    return Outcome(candidate, found["fate"], found["lost"], found["told"], found["probes"], found["seconds"])


def _name(candidate: Candidate) -> str:
    changed = {file: hashlib.sha256(content).hexdigest() for file, content in sorted(candidate.changed.items())}
    return _digest([candidate.kind, candidate.beyond, changed])


def _deciding(setup: Setup) -> list[Any]:
    package = Path(__file__).resolve().parent.parent
    code = sorted(path for pattern in DECIDING for path in package.glob(pattern))
    return [
        setup.rubric.digest,
        setup.seed,
        setup.sandbox.name,
        repr((setup.course.probes, setup.course.open)),
        [hashlib.sha256(path.read_bytes()).hexdigest() for path in code],
        {name: _data_digest(data) for name, data in sorted(setup.data.items())},
        [sys.version, np.__version__],
    ]


def _data_digest(data: Any) -> str:
    arrays = (data.X_train, data.y_train, data.X_test, data.y_test)
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
