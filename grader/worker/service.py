"""What the worker does for a request: load the hand-in or call the course's driver, and answer whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

from grader.worker import procedures
from grader.worker.chance import begin_chance
from grader.worker.handin import HandIn, Missing, MissingPackage, OutOfSight, Unusable, last_frame
from grader.worker.integrity import Integrity
from grader.worker.loading import driver_class, is_of_driver
from grader.worker.plain import NotPlain, plain
from grader.worker.plainly import in_words
from grader.worker.wire import Reference

__all__ = ["Service"]

_LONGEST_MESSAGE = 500  # characters
_ABOUT_FILES = frozenset({"describe", "imported"})


class Service:
    """One hand-in, loaded once, and the objects that it made for the grader."""

    def __init__(self, folder: Path, memory: int) -> None:
        self.ask_back: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # both set once the channel is served
        self.note: Callable[[str], None] | None = None
        self._root = folder.resolve() / "handin"
        self._memory = memory
        self._integrity = Integrity()
        self._handin: HandIn | None = None
        self._driver: Any = None
        self._kept: dict[int, Any] = {}
        self._told: dict[str, Any] = {}

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one request; nothing that the hand-in raises gets past it."""
        try:
            begin_chance(0)
            serve = {"load": self._load, "call": self._call, "facts": _nothing}[request["op"]]
            return {"ok": True, "value": serve(request)}
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the hand-in's doing too
            return {"ok": False, "failure": self._failure(error)}

    def facts(self) -> dict[str, Any]:
        """What is new since it was last told: remarks for the student, integrity for the instructor."""
        if self._handin is None:
            return {}
        try:
            facts = {
                "remarks": self._handin.remarks(),
                "integrity": [*self._handin.integrity(), *self._integrity.seen()],
            }
        except Exception:  # the hand-in replaced something that this needs; its answers are still worth having
            facts = {"remarks": [], "integrity": ["what the hand-in replaced keeps us from looking at it"]}
        if facts == self._told:
            return {}
        self._told = facts
        return facts

    def _load(self, request: Mapping[str, Any]) -> Any:
        if self._handin is not None:  # an audit grades many trusted hand-ins in one worker
            self._handin.close()
            self._kept.clear()
        for name, content in request["files"].items():
            path = self._root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.tobytes())
        self._root.mkdir(exist_ok=True)
        handin = HandIn(self._root, request["refused"], self._tell)
        self._driver = driver_class(request["driver"])(handin)
        self._handin = handin
        for name in request["stand_ins"]:
            self._driver.replace(name, partial(self._stand_in, name))

    def _tell(self, path: str) -> None:
        if self.note is not None:
            self.note(path)

    def _stand_in(self, name: str, *arguments: Any) -> Any:
        """What the grader's own function of that name gives; it is called outside of the sandbox."""
        if self.ask_back is None:
            raise _Absent("Nobody can be asked.")
        told = self.ask_back({"ask": name, "arguments": plain(list(arguments))})
        if told["ok"] is not True:
            raise Unusable(f"{name} was given what it cannot work on.")
        return told["value"]

    def _call(self, request: Mapping[str, Any]) -> Any:
        function = self._find(request["function"])
        arguments = [self._resolve(argument) for argument in request["args"]]
        named = {name: self._resolve(argument) for name, argument in request["kwargs"].items()}
        result = function(*arguments, **named)
        if request["keep"] is None:
            told = plain(result)
            return self._placed(told) if request["function"] in _ABOUT_FILES else told
        self._kept[request["keep"]] = result
        return None

    def _placed(self, told: Any) -> Any:
        """What is told of files, with places in notebooks as their readers count them."""
        if isinstance(told, dict):
            return {key: self._placed(inner) for key, inner in told.items()}
        if isinstance(told, list):
            return [self._placed(inner) for inner in told]
        return self._handin.placed(told) if isinstance(told, str) and self._handin is not None else told

    def _find(self, name: str) -> Callable[..., Any]:
        if not name.startswith("_"):
            method = getattr(self._driver, name, None)
            if callable(method):
                return method  # type: ignore[no-any-return]
            procedure = vars(procedures).get(name)
            if isinstance(procedure, FunctionType) and procedure.__module__ == procedures.__name__:
                return lambda *args, **kwargs: procedure(self._driver, *args, **kwargs)
        close = get_close_matches(name, [each for each in dir(self._driver) if not each.startswith("_")], n=1)
        meant = f"; did you mean {close[0]!r}?" if close else "; a rubric's `call` names one of its methods."
        raise _Absent(f"The driver has no method {name!r}{meant}")

    def _resolve(self, argument: Any) -> Any:
        """The argument with every reference, however deep, replaced by the object that was kept."""
        if type(argument) is Reference:
            return self._kept[argument.number]
        if type(argument) is list:
            return [self._resolve(item) for item in argument]
        if type(argument) is dict:
            return {key: self._resolve(item) for key, item in argument.items()}
        return argument

    def _failure(self, error: BaseException) -> dict[str, str]:
        fault, code, message, hint = self._explain(error)
        where = _where(error)
        if self._handin is not None:
            message, where = self._handin.placed(message), self._handin.placed(where)
        if code == "exception" and not where and isinstance(error, Exception):
            fault, code = "grader", "driver"  # no line of the hand-in's was on the way
            message += _line_of_driver(error)
        return {"fault": fault, "code": code, "message": message, "hint": hint, "where": where}

    def _explain(self, error: BaseException) -> tuple[str, str, str, str]:
        """Whose fault an exception is, its code, what to say, and what to try."""
        text = self._clean(_text(error))
        if isinstance(error, Missing):
            return "student", "missing", text, error.hint
        if isinstance(error, Unusable):
            return "student", "unusable-value", text, error.hint
        if isinstance(error, NotPlain):
            return "student", "unusable-value", text, ""
        if isinstance(error, _Absent):
            return "grader", "driver", text, ""
        if isinstance(error, OutOfSight):
            return "environment", "out-of-sight", text, error.hint
        if isinstance(error, MissingPackage):
            return "environment", "missing-package", text, ""
        if self._handin is not None and (unavailable := self._handin.unavailable(error)):
            return "environment", "out-of-sight", unavailable, ""
        if isinstance(error, SyntaxError) and str(error.filename).startswith(str(self._root)):
            return "student", "syntax-error", _named(error, text), ""
        if isinstance(error, NotImplementedError):
            said = f" ({text})" if text else ""
            return "student", "exception", f"This is not written yet: it raises NotImplementedError{said}.", ""
        if isinstance(error, MemoryError):
            hint = f"The code may use {self._memory >> 20} MiB of memory. Are arrays made that are larger than needed?"
            return "student", "exception", _named(error, text), hint
        named = _named(error, text)
        return "student", "exception", named, in_words(named)

    def _clean(self, text: str) -> str:
        """A message without this machine's paths."""
        try:
            return self._handin.clean(text) if self._handin is not None else text
        except Exception:  # it looks for the temporary folder, which a full disk or a hand-in can take away
            return text


def _line_of_driver(error: BaseException) -> str:
    """The deepest line of the driver that an error passed through, as ` (driver.py:41)`, or nothing."""
    if isinstance(error, SyntaxError) and is_of_driver(error.filename):
        return ""  # its own words tell the line
    found, traceback = "", error.__traceback__
    while traceback is not None:
        if is_of_driver(file := traceback.tb_frame.f_code.co_filename):
            found = f" ({file}:{traceback.tb_lineno})"
        traceback = traceback.tb_next
    return found


class _Absent(LookupError):
    """A function that neither the driver nor the procedures have: a fault of the grader's own."""


def _nothing(request: Mapping[str, Any]) -> None:
    """The answer to a request that asks for the facts alone."""


def _text(error: BaseException) -> str:
    """The exception's message, capped; a `__str__` that fails is told as such."""
    try:
        return str.__getitem__(str(error), slice(_LONGEST_MESSAGE)).encode("utf-8", "replace").decode()
    except BaseException:
        return "(its message cannot be shown)"


def _named(error: BaseException, text: str) -> str:
    name = str(type.__dict__["__name__"].__get__(type(error)))
    return f"{name}: {text}"[:_LONGEST_MESSAGE] if text else name[:_LONGEST_MESSAGE]


def _where(error: BaseException) -> str:
    try:
        return str(last_frame(error))[:_LONGEST_MESSAGE]
    except Exception:
        return ""
