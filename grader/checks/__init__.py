"""Check kinds: what is looked at, and how it is decided. One kind per file; the file's name is its key in a rubric."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from grader.errors import GraderError, StudentError
from grader.model import Failure, Finding, Status, Values, Verdict

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from grader.probes import Setting
    from grader.session import Student

__all__ = [
    "GONE",
    "Check",
    "Reading",
    "attempt",
    "decide",
    "failure_of",
    "in_case",
    "kinds",
    "part",
    "share",
    "undecided",
]

GONE = frozenset({"timeout", "died", "protocol"})  # failures that cost the worker


class Check(BaseModel):
    """One kind of check: its fields are what a rubric may say; `observe` looks, `judge` decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    EXAMPLE: ClassVar[str] = ""
    TELLS_MISTAKES: ClassVar[bool] = True  # whether what it sees tells one known mistake from another
    FOLLOWS: ClassVar[bool] = True  # whether a mistake made elsewhere may be said to explain what is lost here
    MEETS: ClassVar[frozenset[str]] = frozenset()  # keys of its signature below which the work of several parts meets
    kind: str

    def observe(self, student: Student, setting: Setting) -> Values:
        """What one submission does, as plain values.

        Raises:
            StudentError: the student's code did not come to an answer.
        """
        raise NotImplementedError

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        """The decision, from what was seen of the submission and of the reference."""
        raise NotImplementedError

    def problem(self, expected: Values, setting: Setting) -> str:
        """Why what was seen of the reference cannot be what is expected; empty where it can."""
        return ""

    def course_files(self) -> tuple[Path, ...]:
        """Files of the course's own that it looks with; what is in them belongs to the rubric."""
        return ()

    def signature(self, seen: Values) -> Values:
        """The part of what was seen, also by a brief look, that is the same for the same mistake in any code."""
        return seen

    def helper(self) -> str:
        """The driver's name of the one function that this check looks at by itself, if there is such."""
        return ""

    def models(self) -> tuple[str, ...]:
        """The models that this check builds, so that a rubric can be checked before anything runs."""
        return ()

    def drawn_by(self) -> tuple[str, ...]:
        """The sizes that it draws inputs by, also where no field says them."""
        return ("inputs", "classes") if self.models() else ()

    def datasets(self) -> tuple[str, ...]:
        """The data sets that this check needs."""
        return ()

    def within(self, budget: int) -> Check:
        """The same check with so many training runs' worth of work at most, where it can do with less."""
        return self


class Reading(Check):
    """A check that reads texts of the hand-in on the trusted side, and runs nothing unless it says so."""

    TELLS_MISTAKES = False
    FOLLOWS = False
    ABSENT: ClassVar[frozenset[str]] = frozenset()  # codes of findings that say that nothing was found
    RUNS: ClassVar[bool] = False  # whether the code is asked too, by `observe`, once the texts are read

    def read(self, files: Mapping[str, bytes]) -> Values:
        """What stands in one submission's files, as plain values, enough to judge without them."""
        raise NotImplementedError

    def elsewhere(self, seen: Values, files: Mapping[str, bytes], title: str) -> list[str]:
        """Where it may stand though it was not found there, in the words in which the others tell their places."""
        return []

    def shown(self, seen: Values) -> tuple[str, str]:
        """For whoever marks by hand: what was written, and where it stands."""
        raise NotImplementedError

    def guide(self, expected: Values) -> tuple[str, tuple[tuple[float, str], ...]]:
        """For whoever marks by hand: the model answer, and which shares of the points are given when."""
        raise NotImplementedError


@cache
def kinds() -> Mapping[str, type[Check]]:
    """Every check kind by its name: the files of this folder, then what other packages offer as `grader.checks`."""
    return _Kinds()


class _Kinds(Mapping[str, "type[Check]"]):
    """Each kind is imported when it is asked for: a rubric uses a few, and a student waits for the others."""

    def __getitem__(self, name: str) -> type[Check]:
        if name in self._own:
            own: type[Check] = importlib.import_module(f"{__name__}.{name}").CHECK
            return own
        offered: type[Check] = self._offered[name].load()
        return offered

    def __iter__(self) -> Iterator[str]:
        return iter(sorted((*self._own, *self._offered)))

    def __len__(self) -> int:
        return len(self._own) + len(self._offered)

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(module.name for module in pkgutil.iter_modules(__path__))

    @cached_property
    def _offered(self) -> Mapping[str, EntryPoint]:
        from importlib.metadata import entry_points  # looks through all that is installed

        found = {entry.name: entry for entry in entry_points(group="grader.checks")}
        for name in self._own & found.keys():
            raise GraderError(f"two check kinds are called {name!r}: ours, and the one of {found[name].value}")
        return found


def attempt(action: Callable[[], Any]) -> Any:
    """What `action` returns, or `{"failure": {…}}` where it failed by the student's fault.

    What was seen before stays. If the worker is gone, every later call of the same check fails alike, and is recorded.

    Raises:
        StudentError: the fault is not the student's.
    """
    try:
        return action()
    except StudentError as error:
        failure = error.failure
        if failure.fault != "student":
            raise
        told = {"code": failure.code, "message": failure.message, "hint": failure.hint, "where": failure.where}
        return {"failure": told}


def part(seen: Any, keys: Sequence[str]) -> Any:
    """These entries of what a call gave back, where there are such; all of it where no keys are given."""
    if not keys or not isinstance(seen, Mapping) or failure_of(seen):
        return seen
    return {key: seen[key] for key in keys if key in seen}


def failure_of(seen: Any) -> Finding | None:
    """The finding for a value that `attempt` recorded as a failure."""
    told = seen.get("failure") if isinstance(seen, Mapping) else None
    if isinstance(told, Mapping) and {"code", "message"} <= told.keys() <= {"code", "message", "hint", "where"}:
        return Finding(**{key: str(value) for key, value in told.items()})
    return None


def decide(fraction: float, findings: tuple[Finding, ...] = (), *, crashed: bool = False, **pictures: Any) -> Verdict:
    """The verdict for a share of the points: passed at 1, partial between, failed (or error, if it crashed) at 0."""
    status: Status = "partial"
    if fraction >= 1 - 1e-9:
        status, fraction = "passed", 1.0
    elif fraction <= 1e-9:
        status, fraction = ("error" if crashed else "failed"), 0.0
    return Verdict(status, fraction, tuple(map(_as_sentence, findings)), **pictures)


def in_case(name: str, message: str, weight: float) -> str:
    """A message as one about this case; of a case without weight it says that it costs nothing."""
    small = message[:1].lower() + message[1:]
    told = f"With {name}: {small if small.startswith(_OPENERS) else message}" if name else message
    if weight:
        return told
    return f"{told}{'' if told.endswith(('.', '?')) else '.'} This costs no points."


# Words that a message opens with; a name of the hand-in's would keep its first letter.
_OPENERS = ("the ", "what ", "each ", "every ", "no ", "there ", "this ")


def _as_sentence(finding: Finding) -> Finding:
    """The finding with a capital letter where its message opens with an ordinary word."""
    message = finding.message
    return replace(finding, message=message[0].upper() + message[1:]) if message.startswith(_OPENERS) else finding


def share(opinions: Sequence[tuple[int, Finding | None]]) -> float:
    """The share of the weights whose opinion found nothing wrong."""
    return sum(weight for weight, found in opinions if not found) / sum(weight for weight, _ in opinions)


def undecided(failure: Failure) -> Verdict:
    """The verdict where the observation did not finish: zero for the student's fault, no decision for any other."""
    finding = Finding(failure.code, failure.message, failure.hint, failure.where)
    if failure.fault == "student":
        return Verdict("error", 0.0, (finding,))
    return Verdict("ungraded", None, (finding,))
