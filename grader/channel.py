"""Frames from and to one worker, with deadlines: one answer for each request, and nothing else.

Lengths are checked before anything is read. Whatever breaks the rules raises, and the caller ends the worker.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from grader.sandbox.base import Process
from grader.sandbox.clock import Effort, effort
from grader.worker.wire import PREFIX, Caps, WireError, decode, lengths, parts

__all__ = ["Channel", "Late", "Lost", "Reply", "clean"]

Reply = Callable[[dict[str, Any]], dict[str, Any]]
"""What is said to a question that the worker asks before it answers."""

_REQUEST_CAPS = Caps(header=4 << 20, body=1 << 30)
_ANSWER_CAPS = Caps()
_CHUNK = 1 << 18
_LAST_WORDS = 0.5  # seconds that a worker has to die after it closed its channel
_LOOK = 0.2  # seconds between looks at whether it still lives, for when a child of its own holds the channel open
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_MOST_READS = 64
_MOST_PARTS = 256  # that the system is given at once; it takes a thousand
_MOST_GRACE = 5  # times the time of a request
_SOME = 0.05  # of the time: a worker that computes so much does not sleep, though it may be waiting just now
_SIGNALS = {int(each) for each in signal.Signals}


class Late(Exception):
    """The deadline passed."""


class Lost(Exception):
    """The worker is gone; the message says how, for the student."""


class Channel:
    """A process and the frames that it may send: one answer for each request, and nothing else."""

    def __init__(self, process: Process, most_output: int) -> None:
        self.flooded = False
        self.importing: Any = ""  # the file that is being imported, as the worker claims
        self.weight = 0  # bytes of the last answer
        self._process = process
        self._most_output = most_output
        self._received = bytearray()
        self._printed = bytearray()
        self._number = 0
        self._living = True
        self._next_look = 0.0
        self._allowed = self._grace = 0.0  # seconds of the present request, and those that others took from it
        self._waited = 0.0  # since the latest look at its effort
        self._before: Effort | None = None
        self._latest: Effort | None = None
        self._selector = selectors.DefaultSelector()
        process.channel.setblocking(False)
        os.set_blocking(process.output, False)
        self._selector.register(process.channel, selectors.EVENT_READ)
        self._selector.register(process.output, selectors.EVENT_READ)

    def up(self, deadline: float) -> dict[str, str]:
        """Wait until the worker is ready; what it says of itself is believable, no byte of a hand-in is in it yet."""
        try:
            said = self._receive(deadline).get("up")
        except Late:
            raise Lost("it was not ready in time.") from None
        if not isinstance(said, dict):
            raise WireError("the worker did not say that it is up")
        return {str(name): str(value) for name, value in said.items()}

    def ask(self, request: dict[str, Any], deadline: float, reply: Reply | None = None) -> dict[str, Any]:
        """Send a request and wait for its answer; the worker may ask back first if there is a `reply`."""
        self._refuse_surplus()
        self._allowed = self._waited = deadline - time.monotonic()
        self._grace, self._before, self._latest = 0.0, None, None
        self._number += 1
        self.importing = ""
        self._say(request, deadline)
        answer = self._receive(deadline)
        while "ask" in answer or "importing" in answer:
            if "importing" in answer:
                self.importing = answer["importing"]
            elif reply is None:
                raise WireError("it asked something, which it may not")
            else:
                self._say(reply(answer), deadline)
            answer = self._receive(deadline)
        self._drain()
        return answer

    def output(self) -> str:
        """What was printed since last asked."""
        if self._living:
            self._drain()
        text = self._printed.decode("utf-8", "replace")
        if len(self._printed) >= self._most_output:
            text += "\n[… cut here]"
        self._printed.clear()
        return clean(text)

    def kill(self) -> None:
        """End the process; what it printed stays."""
        if self._living:
            self._drain()
            self._living = False
            self._selector.close()
            self._process.kill()

    def _refuse_surplus(self) -> None:
        """Nothing may arrive that was not asked for."""
        for key, _ in self._selector.select(0):
            self._take(key.fileobj)
        if self._received:
            raise WireError("bytes arrived that nobody asked for")

    def _say(self, value: dict[str, Any], deadline: float) -> None:
        self._send(parts({**value, "id": self._number}, _REQUEST_CAPS), deadline)

    def _send(self, frame: Sequence[memoryview], deadline: float) -> None:
        """Send a frame: at once where there is room, else while listening, so that no two wait with full pipes."""
        rest = self._write([part for part in frame if part.nbytes])
        if not rest:
            return
        both = selectors.EVENT_READ | selectors.EVENT_WRITE
        self._selector.modify(self._process.channel, both)
        try:
            while rest:
                for key, events in self._wait(deadline):
                    if events & selectors.EVENT_READ:
                        self._take(key.fileobj)
                    if events & selectors.EVENT_WRITE:
                        rest = self._write(rest)
                if self._received:
                    raise WireError("an answer came before its question was complete")
        finally:
            self._selector.modify(self._process.channel, selectors.EVENT_READ)

    def _write(self, frame: list[memoryview]) -> list[memoryview]:
        """What is left of a frame, once as much of it is sent as there is room for."""
        try:
            sent = self._process.channel.sendmsg(frame[:_MOST_PARTS])
        except BlockingIOError:
            return frame
        except OSError:
            raise self._lost() from None
        done = 0
        while done < len(frame) and sent >= frame[done].nbytes:
            sent -= frame[done].nbytes
            done += 1
        return [frame[done][sent:], *frame[done + 1 :]] if sent else frame[done:]

    def _receive(self, deadline: float) -> dict[str, Any]:
        """The next frame, checked: its lengths before it is read, its number and form after."""
        self._fill(PREFIX.size, deadline)
        header, body = lengths(self._received[: PREFIX.size], _ANSWER_CAPS)
        end = PREFIX.size + header + body
        self._fill(end, deadline)
        head, tail = self._received[PREFIX.size : PREFIX.size + header], self._received[PREFIX.size + header : end]
        self._received = self._received[end:]
        answer = decode(head, tail, _ANSWER_CAPS)
        self.weight = header + body
        if not isinstance(answer, dict) or type(answer.get("id")) is not int or answer["id"] != self._number:
            raise WireError("an answer belongs to no question")
        if self._received and "importing" not in answer:
            raise WireError("bytes arrived that nobody asked for")
        return answer

    def _fill(self, count: int, deadline: float) -> None:
        while len(self._received) < count:
            for key, _ in self._wait(deadline):
                self._take(key.fileobj)

    def _wait(self, deadline: float) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, at the latest by the deadline; notices a dead worker whose channel somebody holds open."""
        while True:
            left = deadline + self._grace - time.monotonic()
            if left <= 0:
                self._wait_longer()
                continue
            ready = self._selector.select(min(left, _LOOK))
            if not ready and self._before is None and self._process.pid is not None:
                self._before = self._latest = effort(self._process.pid)
            ended = self._look()
            if ready:
                return ready
            if ended:
                raise self._lost()

    def _wait_longer(self) -> None:
        """Give a worker that waits for a processor the time that others had in its place; raises `Late` for others."""
        now = effort(self._process.pid) if self._process.pid is not None else None
        if now is None or self._before is None or self._latest is None:
            raise Late
        lost = self._allowed - (now.seconds - self._before.seconds)
        works = now.eager or now.seconds - self._latest.seconds > _SOME * self._waited
        if not works or lost < _LOOK or self._grace >= _MOST_GRACE * self._allowed:
            raise Late
        self._latest, self._waited = now, min(lost, max(_LOOK, self._allowed / 4))
        self._grace += self._waited

    def _look(self) -> bool:
        """Whether the worker has ended; looked at now and then, also while it prints without a break."""
        if time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + _LOOK
        return self._process.ended() is not None

    def _take(self, source: object) -> None:
        """Read once from what is ready."""
        if source is not self._process.channel:
            if not self._read_output():
                self._selector.unregister(self._process.output)
            return
        try:
            data = self._process.channel.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            raise self._lost()
        self._received += data

    def _read_output(self) -> bool:
        """Keep what was printed up to the cap and forget the rest; False once nobody can print any more."""
        try:
            data = os.read(self._process.output, _CHUNK)
        except BlockingIOError:
            return True
        room = self._most_output - len(self._printed)
        self._printed += data[:room]
        self.flooded = self.flooded or len(data) > room
        return bool(data)

    def _drain(self) -> None:
        """Read what has been printed by now; bounded, for a thread of the hand-in's may print for ever."""
        for _ in range(_MOST_READS):
            before = len(self._printed)
            if not self._read_output() or len(self._printed) == before:
                return

    def _lost(self) -> Lost:
        """How the worker ended, once it has had a moment to do so."""
        until = time.monotonic() + _LAST_WORDS
        while (status := self._process.ended()) is None and time.monotonic() < until:
            time.sleep(0.002)
        return Lost(_describe_end(status))


def clean(text: str) -> str:
    """Text without characters that would steer a terminal or turn the reading direction."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def _describe_end(status: int | None) -> str:
    """How a process ended, in words for the student."""
    if status is None:
        return "the code closed the channel to the grader."
    if status >= 0:
        return f"the code ended Python (exit status {status}) before it answered."
    number = -status
    if number == signal.SIGXCPU:
        return "the code used up its processor time."
    if number == signal.SIGKILL:
        return "the code was killed by the system, perhaps because it used too much memory."
    if number == signal.SIGSEGV:
        return "Python crashed (segmentation fault), as it does when a recursion is far too deep."
    return f"Python was ended by signal {signal.Signals(number).name if number in _SIGNALS else number}."
