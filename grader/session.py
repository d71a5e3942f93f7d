"""Requests to a hand-in over a channel, with deadlines: the only part of the grader that listens to a worker.

What comes back is a claim. A worker that is late, dies, or says what it may not say is killed, and the next request
gets a fresh one with the hand-in loaded again.
"""

from __future__ import annotations

import marshal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from types import CodeType, MappingProxyType
from typing import Any, Literal, NoReturn

import numpy as np

from grader.channel import Channel, Late, Lost, clean
from grader.driver import Driver
from grader.errors import SandboxError, StudentError
from grader.model import Failure
from grader.sandbox.base import Limits, Process, Sandbox
from grader.sandbox.packages import ONE_COMPILES, allowed
from grader.worker.wire import Reference, WireError

__all__ = ["Facts", "Handle", "Limits", "Session", "Student"]

_MOST_STRIKES = 2
_LONGEST_MESSAGE = 500  # characters
_FAULTS: dict[str, Literal["student", "environment", "grader"]] = {
    "student": "student",
    "environment": "environment",
    "grader": "grader",
}
_CODES = {"missing", "syntax-error", "missing-package", "out-of-sight", "exception", "unusable-value", "driver"}
# Numbers in one argument of a stand-in: 64 MiB in double precision, which is the wire's cap.
_LARGEST_QUESTION = 8 << 20
_SMALL = 1 << 20  # bytes of an answer
_ALL_LARGE = 256 << 20  # bytes of all larger answers of a hand-in: what a check keeps, stays until it is judged
_MOST_TOLD = 40  # remarks, and sentences for the instructor
_ROOM = 6 << 30  # bytes of addresses, where a course allows large packages
_REMARK_FIELDS = ("code", "message", "hint", "where")
_FAILURE_FIELDS = ("fault", "code", "message", "hint", "where")


@dataclass(frozen=True, slots=True)
class Handle:
    """An object that is kept in the worker; its label says what it was made from, such as "two-layer"."""

    number: int
    label: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was noticed of a hand-in apart from its answers."""

    remarks: tuple[Mapping[str, Any], ...] = ()  # for the student
    integrity: tuple[str, ...] = ()  # for the instructor


class Session:
    """One hand-in and its workers, one after the other; a context manager."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        driver: Driver,
        sandbox: Sandbox,
        limits: Limits = Limits(),
        warm: Process | None = None,
        stand_ins: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
    ) -> None:
        self.environment: Mapping[str, str] = {}
        self.stand_ins = stand_ins  # called here, on the trusted side, in the place of the hand-in's own
        packages = allowed(driver)
        self.limits = _with(packages, limits) if packages else limits
        self.files = files
        self._files = {name: np.frombuffer(content, np.uint8) for name, content in files.items()}
        self._driver = _packed(driver)
        self._sandbox = sandbox
        self._warm = warm
        if packages and warm is not None:  # it was started without them
            warm.kill()
            self._warm = None
        self._student: Student | None = None
        self._until: float | None = None
        self._unloadable: Failure | None = None
        self._strikes: dict[frozenset[str], list[Failure]] = {}
        self._stuck: dict[str, int] = {}
        self.refused: dict[str, str] = {}  # files that are not to be run any more, and why
        self._claimed = Facts()
        self._seen: list[str] = []
        self._handles = 0
        self._received = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        if self._student is not None:
            self._student.close()
        if self._warm is not None:
            self._warm.kill()
            self._warm = None

    def prepare(self) -> None:
        """Have a worker come up, and do not wait for it."""
        if self._student is None and self._warm is None:
            self._warm = self._process()

    def student(self) -> Student:
        """A live one; starts a fresh worker and loads the hand-in again if the last one died."""
        if self._until is None:
            self._until = time.monotonic() + self.limits.total
        if self._unloadable is not None:
            raise StudentError(self._unloadable)
        if self._student is None or not self._student.alive:
            self._student = self._load(self._start())
        return self._student

    def change(self, files: Mapping[str, bytes]) -> None:
        """Go on with another hand-in of the same file names, in the living worker where there is one.

        Only for code that the grader made itself: what one hand-in does to its worker, the next one meets.
        """
        self.files = files
        self._files = {name: np.frombuffer(content, np.uint8) for name, content in files.items()}
        self._until, self._unloadable = None, None
        self._strikes, self._claimed, self._seen = {}, Facts(), []
        self._stuck, self.refused, self._received = {}, {}, 0
        if self._student is not None and self._student.alive:
            self._until = time.monotonic() + self.limits.total
            try:
                self._student.load(self._files, self._driver)
            except StudentError:
                self._student.close()  # a fresh worker will say what is wrong

    def take_in(self, name: str, weight: int) -> None:
        """Count what a large answer weighs; refused when all of them together are more than the grader has room for."""
        if weight <= _SMALL:
            return
        self._received += weight
        if self._received > _ALL_LARGE:
            message = f"{name}: what came back from all calls so far is more than {_ALL_LARGE >> 20} MiB."
            raise StudentError(Failure("student", "unusable-value", message, "Which shape should the answer have?"))

    def facts(self) -> Facts:
        """What the hand-in's workers told, and what was seen from outside."""
        if self._student is not None and self._student.alive:
            with suppress(StudentError):  # it told before, at every few requests
                self._student.ask_facts()
        return Facts(self._claimed.remarks, (*self._claimed.integrity, *self._seen))

    def deadline(self, seconds: float) -> float:
        """The moment at which a request that may take so long has to be answered; raises once the total is used up."""
        now = time.monotonic()
        until = self._until if self._until is not None else now + self.limits.total
        if now >= until:
            raise StudentError(_timeout(f"The whole hand-in's time, {self.limits.total:g} s, is used up."))
        return min(now + seconds, until)

    def new_handle(self, label: str) -> Handle:
        """A number that no other object of this hand-in has had."""
        self._handles += 1
        return Handle(self._handles, label)

    def stand_in(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """What a stand-in gives for the arguments that the worker sent."""
        function = self.stand_ins.get(str(question.get("ask")))
        arguments = question.get("arguments")
        if function is None or not isinstance(arguments, list):
            raise WireError("it asked for a function that is not offered")
        if not all(map(_is_usual, arguments)):
            return {"ok": False}
        try:
            return {"ok": True, "value": function(*arguments)}
        except StudentError:  # what went wrong there is not for the hand-in to know
            return {"ok": False}

    def learn(self, claimed: Any) -> None:
        """Take over what a worker told about the hand-in, if it has the right form."""
        if isinstance(claimed, dict) and claimed:
            remarks, integrity = claimed.get("remarks"), claimed.get("integrity")
            if isinstance(remarks, list) and isinstance(integrity, list):
                told = [each for each in remarks[:_MOST_TOLD] if isinstance(each, dict)]
                self._claimed = Facts(
                    tuple({name: _short(each[name]) for name in _REMARK_FIELDS if name in each} for each in told),
                    tuple(_short(sentence) for sentence in integrity[:_MOST_TOLD]),
                )

    def note(self, sentence: str) -> None:
        """Remember something for the instructor, once."""
        if sentence not in self._seen:
            self._seen.append(sentence)

    def refuse_third(self, about: frozenset[str]) -> None:
        """Fail at once when calls about the same things have cost two workers already."""
        for subjects, failures in self._strikes.items():
            if subjects <= about and len(failures) >= _MOST_STRIKES:
                last = failures[-1]
                message = f"{last.message} That was the second time, so it was not tried again."
                raise StudentError(Failure(last.fault, last.code, message[:_LONGEST_MESSAGE], last.hint, last.where))

    def strike_file(self, path: Any, failure: Failure) -> None:
        """Remember that a file did not come back from its import; after the second time it is not run again."""
        if path not in self._files:  # it is the worker that says what was imported
            return
        self._stuck[path] = self._stuck.get(path, 0) + 1
        if self._stuck[path] >= _MOST_STRIKES:
            said = f"Importing {path} does not finish: {failure.message} It was not tried a third time."
            self.refused[path] = said[:_LONGEST_MESSAGE]

    def strike(self, about: frozenset[str], failure: Failure) -> None:
        """Remember that a call cost a worker."""
        self._strikes.setdefault(about, []).append(failure)

    def _start(self) -> Channel:
        process, self._warm = self._warm or self._process(), None
        worker = Channel(process, self.limits.output)
        try:
            self.environment = {"sandbox": self._sandbox.name, **worker.up(time.monotonic() + self.limits.start)}
        except (Lost, WireError) as error:
            worker.kill()
            said = worker.output().strip().splitlines()[-1:]
            raise SandboxError(
                f"The {self._sandbox.name} sandbox started no worker: {error} {' '.join(said)}".strip()
            ) from None
        self._refuse_weaker(worker)
        return worker

    def _refuse_weaker(self, worker: Channel) -> None:
        """A worker that could not put on itself what this sandbox promises gets no byte of the hand-in."""
        held = self.environment.get("lockdown", "").split(", ")
        missing = [each for each in self._sandbox.demands if not any(part.startswith(each) for part in held)]
        if missing:
            worker.kill()
            raise SandboxError(f"The {self._sandbox.name} sandbox could not apply {' and '.join(missing)}.")

    def _process(self) -> Process:
        try:
            return self._sandbox.start(self.limits)
        except OSError as error:
            raise SandboxError(f"The {self._sandbox.name} sandbox started no worker: {error}.") from None

    def _load(self, worker: Channel) -> Student:
        """Load the hand-in; what fails here is not the hand-in's code, which runs later, and fails again."""
        student = Student(self, worker)
        try:
            student.load(self._files, self._driver)
        except StudentError as error:
            student.close()
            self._unloadable = error.failure
            raise
        return student


class Student:
    """The hand-in in one live worker."""

    def __init__(self, session: Session, worker: Channel) -> None:
        self._session = session
        self._worker = worker
        self._ended: Failure | None = None
        self._handles: set[int] = set()

    @property
    def alive(self) -> bool:
        """Whether the worker can still be asked."""
        return self._ended is None

    @property
    def files(self) -> Mapping[str, bytes]:
        """The hand-in's files, as they came in."""
        return self._session.files

    def renewed(self) -> Student:
        """Itself while it lives, else the same hand-in in a fresh worker."""
        return self._session.student()

    def call(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Any:
        """What the driver's or the grader's `function` returned, as plain values; handles may be arguments."""
        return self._request(function, args, kwargs, limit, None)

    def make(self, function: str, /, *args: Any, limit: float | None = None, **kwargs: Any) -> Handle:
        """Keep what `function` returned in the worker, and return a handle for it."""
        handle = self._session.new_handle(", ".join(_subjects(args)))
        self._request(function, args, kwargs, limit, handle.number)
        self._handles.add(handle.number)
        return handle

    def output(self) -> str:
        """What was printed since last asked, capped and made safe to show."""
        return self._worker.output()

    def load(self, files: Mapping[str, Any], driver: Any) -> None:
        """Hand over the files; a session does this once for each worker."""
        request = {
            "op": "load",
            "files": files,
            "driver": driver,
            "stand_ins": list(self._session.stand_ins),
            "refused": self._session.refused,
        }
        self._ask(request, "load", (), self._session.limits.start)

    def ask_facts(self) -> None:
        """Have the worker tell what it has not told yet."""
        self._ask({"op": "facts"}, "facts", (), self._session.limits.request)

    def close(self) -> None:
        """End the worker."""
        self._ended = self._ended or Failure("grader", "closed", "The session is closed.")
        self._worker.kill()

    def _request(self, function: str, args: Any, kwargs: dict[str, Any], limit: float | None, keep: int | None) -> Any:
        request = {
            "op": "call",
            "function": function,
            "args": [self._sendable(argument) for argument in args],
            "kwargs": {name: self._sendable(argument) for name, argument in kwargs.items()},
            "keep": keep,
        }
        seconds = self._session.limits.request if limit is None else limit
        return self._ask(request, function, _subjects(args), seconds)

    def _ask(self, request: dict[str, Any], function: str, subjects: tuple[str, ...], seconds: float) -> Any:
        """Send one request and return its answer's value; a worker that does not keep to the rules is killed."""
        if self._ended is not None:
            raise StudentError(self._ended)
        about, name = frozenset(subjects or (function,)), _label(function, subjects)
        self._session.refuse_third(about)
        deadline = self._session.deadline(seconds)
        try:
            answer = self._worker.ask(request, deadline, self._session.stand_in if self._session.stand_ins else None)
            self._session.learn(answer.get("facts"))
            self._session.take_in(name, self._worker.weight)
            return _value(answer)
        except Late:
            self._end(about, _timeout(f"{name} did not finish within {seconds:g} s."))
        except Lost as lost:
            self._end(about, Failure("student", "died", f"{name}: {lost}"))
        except WireError as error:
            self._session.note(f"something wrote into the grader's channel: {error}")
            self._end(about, Failure("student", "protocol", f"Something wrote into the grader's channel: {error}."))
        finally:
            if self._worker.flooded:
                self._session.note("more was printed than is kept")

    def _end(self, about: frozenset[str], failure: Failure) -> NoReturn:
        self._ended = failure
        self._worker.kill()
        self._session.strike(about, failure)
        self._session.strike_file(self._worker.importing, failure)
        raise StudentError(failure) from None

    def _sendable(self, argument: Any) -> Any:
        """The argument with its handles as references; a handle of a worker that is gone is our own mistake."""
        if isinstance(argument, Handle):
            if argument.number not in self._handles:
                message = f"The object {argument.label!r} went with its worker and has to be made again."
                raise StudentError(Failure("grader", "stale-handle", message))
            return Reference(argument.number)
        if isinstance(argument, (list, tuple)):
            return [self._sendable(item) for item in argument]
        if isinstance(argument, Mapping):
            return {name: self._sendable(item) for name, item in argument.items()}
        return argument


def _with(packages: tuple[str, ...], limits: Limits) -> Limits:
    listed = tuple(dict.fromkeys((*limits.packages, *packages)))
    return replace(limits, packages=listed, memory=max(limits.memory, _ROOM))


def _is_usual(argument: Any) -> bool:
    """Whether a stand-in may be given this: an array's size is bounded whatever its numbers take up on the wire."""
    return isinstance(argument, int | float) or (
        isinstance(argument, np.ndarray) and argument.size <= _LARGEST_QUESTION
    )


def _short(claimed: Any) -> str:
    return clean(str(claimed))[:_LONGEST_MESSAGE]


def _value(answer: dict[str, Any]) -> Any:
    if answer.get("ok") is True:
        return answer.get("value")
    raise StudentError(_failure(answer.get("failure")))


def _failure(claimed: Any) -> Failure:
    """The failure that an answer tells, if it has the right form."""
    if not isinstance(claimed, dict) or not all(isinstance(claimed.get(name), str) for name in _FAILURE_FIELDS):
        raise WireError("a failure has the wrong form")
    fault, code, message, hint, where = (_short(claimed[name]) for name in _FAILURE_FIELDS)
    if fault not in _FAULTS or code not in _CODES:
        raise WireError("a failure has an unknown code")
    return Failure(_FAULTS[fault], code, message, hint, where)


@lru_cache(8)  # every worker of a class gets the same
def _packed(driver: Driver) -> Any:
    """The driver as code, so that no worker has to compile it."""
    return np.frombuffer(marshal.dumps({name: _compiled(source, name) for name, source in driver.files}), np.uint8)


def _compiled(source: bytes, name: str) -> CodeType | bytes:
    """The code of one file; a source with an error goes as it is, and says so there."""
    try:
        with ONE_COMPILES:
            return compile(source, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):  # the second for a NUL, before Python 3.12
        return source


def _label(function: str, args: Any) -> str:
    """What a call is about, in words: "evaluate (two-layer)"."""
    subjects = _subjects(args)
    name = _IN_WORDS.get(function, function)
    return f"{name} ({', '.join(subjects)})" if subjects else name


_IN_WORDS = {
    "batches": "Making batches",
    "begun": "Building the model",
    "build": "Building the model",
    "describe": "Importing the files",
    "evaluate": "Computing loss and gradients",
    "evaluate_fresh": "Computing loss and gradients",
    "experiment": "The experiment",
    "losses_along": "Computing the loss many times",
    "probabilities": "Predicting",
    "train": "Training",
    "updates": "Updating the parameters",
}


def _subjects(args: Any) -> tuple[str, ...]:
    """The names of what a call is about: what its handles were made from, or where it has none, its words."""
    labels = [each.label for each in args if isinstance(each, Handle) and each.label]
    return tuple(dict.fromkeys(labels or [each for each in args if isinstance(each, str)]))


def _timeout(message: str) -> Failure:
    hint = "Is there a loop that does not end, or one over single numbers where numpy could work on whole arrays?"
    return Failure("student", "timeout", message, hint)
