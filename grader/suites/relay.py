"""Calls of another process of the course's own, such as one that runs its tests, brought to a hand-in's session.

Both ends are trusted; what a hand-in answers is plain values and arrays by the time that it is passed on.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from grader.errors import StudentError
from grader.model import Failure
from grader.session import Handle, Student
from grader.worker.wire import PREFIX, Caps, Reference, WireError, decode, encode, lengths

__all__ = ["Caller", "Relay", "Silence"]

CAPS = Caps(header=4 << 20, body=1 << 30, nodes=1_000_000)
START = 60.0  # seconds until the other end begins; a machine may be busy
FAILURE = ("fault", "code", "message", "hint", "where")


class Silence(Exception):
    """Nothing came before the deadline."""


class Caller:
    """The other process's end: asks as a session's student does."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def call(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """What `function` returned."""
        return self._ask("call", function, args, kwargs)

    def make(self, function: str, /, *args: Any, **kwargs: Any) -> Any:
        """A handle for what `function` returned."""
        return self._ask("make", function, args, kwargs)

    def begin(self) -> None:
        """Say that the work itself begins; starting Python and its packages does not count."""
        self._channel.sendall(encode({"do": "begin"}, CAPS))

    def tell(self, what: Mapping[str, Any]) -> None:
        """Say something that wants no answer."""
        self._channel.sendall(encode({"do": "tell", "told": what}, CAPS))

    def _ask(self, do: str, function: str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        request = {"do": do, "function": function, "args": args, "kwargs": kwargs}
        try:
            frame = encode(request, CAPS)
        except WireError as error:
            raise TypeError(f"{function} cannot be called so in the sandbox: {error}.") from None
        self._channel.sendall(frame)
        answer = _receive(self._channel, None)
        if answer is None:
            raise ConnectionError("The grader has ended.")
        if not answer["ok"]:
            raise StudentError(Failure(**answer["failure"]))
        return answer["value"]


class Relay:
    """The grader's end, which asks the hand-in for the other process."""

    def __init__(self, student: Student) -> None:
        self.seconds = 0.0  # that the hand-in took for its answers
        self._student = student
        self._handles: dict[int, Handle] = {}

    def serve(self, channel: socket.socket, seconds: float, hear: Callable[[Mapping[str, Any]], None]) -> None:
        """Answer until the other end closes; `hear` gets what it tells.

        Raises:
            Silence: it still works when its time is up, which runs from when it begins.
        """
        until = time.monotonic() + START
        while (request := _receive(channel, until)) is not None:
            if request["do"] == "begin":
                until = time.monotonic() + seconds
            elif request["do"] == "tell":
                hear(request["told"])
            else:
                began = time.monotonic()
                answer = self._answer(request)
                self.seconds += time.monotonic() - began
                channel.settimeout(None)
                channel.sendall(encode(answer, CAPS))

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            student = self._student if self._student.alive else self._student.renewed()
            args = [self._known(each) for each in request["args"]]
            kwargs = {name: self._known(each) for name, each in request["kwargs"].items()}
            if request["do"] == "make":
                handle = student.make(request["function"], *args, **kwargs)
                self._handles[handle.number] = handle
                return {"ok": True, "value": Reference(handle.number)}
            return {"ok": True, "value": student.call(request["function"], *args, **kwargs)}
        except StudentError as error:
            return {"ok": False, "failure": {name: getattr(error.failure, name) for name in FAILURE}}

    def _known(self, argument: Any) -> Any:
        """The argument with the session's own handles in it."""
        if isinstance(argument, Reference):
            return self._handles[argument.number]
        if isinstance(argument, list):
            return [self._known(each) for each in argument]
        if isinstance(argument, dict):
            return {name: self._known(each) for name, each in argument.items()}
        return argument


def _receive(channel: socket.socket, until: float | None) -> dict[str, Any] | None:
    """The next frame; None where the other end has closed."""
    prefix = _read(channel, PREFIX.size, until)
    if prefix is None:
        return None
    header, body = lengths(prefix, CAPS)
    rest = _read(channel, header + body, until)
    if rest is None:
        return None
    told: dict[str, Any] = decode(rest[:header], rest[header:], CAPS)
    return told


def _read(channel: socket.socket, count: int, until: float | None) -> bytearray | None:
    data = bytearray()
    while len(data) < count:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise Silence
        channel.settimeout(left)
        try:
            part = channel.recv(min(count - len(data), 1 << 20))
        except TimeoutError:
            raise Silence from None
        if not part:
            return None
        data += part
    return data
