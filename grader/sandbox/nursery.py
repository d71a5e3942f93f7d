"""Workers that are forked from one that waits with numpy imported: they start in a tenth of the time.

For a class, where most of a worker's start is the same every time. The one that waits is in the sandbox too, and never
sees a byte of a hand-in; a forked worker puts on itself what any worker does. One lives at a time, and leaves nothing.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from contextlib import suppress
from typing import Any

from grader.sandbox.base import Limits, Process, Sandbox, ends, settings_of

__all__ = ["Nursery"]

_PATIENCE = 20.0  # seconds for an answer of the nursery
_FOLDER = "."  # the nursery's own, in which it stands
_KILLED = -signal.SIGKILL


class Nursery:
    """A sandbox like the one that it is made from, whose workers are forked where that is possible."""

    def __init__(self, sandbox: Sandbox, limits: Limits = Limits()) -> None:
        self.name, self.isolates, self.demands, self.nurses = sandbox.name, sandbox.isolates, sandbox.demands, False
        self._sandbox = sandbox
        self._usual = limits
        self._mother: Process | None = None
        self._child: _Child | None = None
        if sandbox.nurses:
            with suppress(OSError):  # whoever asks for a worker will hear of it
                self._ready()

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""
        return self._sandbox.describe()

    def start(self, limits: Limits, nursery: bool = False) -> Process:
        """Fork a worker; where one lives already, or needs another sandbox, start an ordinary one."""
        usual = (limits.packages, limits.files) == (self._usual.packages, self._usual.files)
        if nursery or not usual or not self._sandbox.nurses or (self._child and not self._child.over):
            return self._sandbox.start(limits, nursery)
        for _ in range(2):  # the nursery may have been killed since it was last used
            try:
                self._ready()
                self._child = _Child(self, limits)
                return self._child
            except (OSError, ValueError):
                self.close()
        return self._sandbox.start(limits)

    def _ready(self) -> None:
        if self._mother is None:
            self._mother = self._sandbox.start(self._usual, nursery=True)
            self._mother.channel.settimeout(_PATIENCE)

    def ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        """The nursery's answer.

        Raises:
            OSError: it has ended, or does not answer.
        """
        if self._mother is None:
            raise ConnectionResetError("there is no nursery")
        channel = self._mother.channel
        socket.send_fds(channel, [json.dumps(request).encode() + b"\n"], descriptors or [])
        said = b""
        while not said.endswith(b"\n"):
            part = channel.recv(1 << 12)
            if not part:
                raise ConnectionResetError("the nursery has ended")
            said += part
        answer: dict[str, Any] = json.loads(said)
        return answer

    def ended(self) -> int | None:
        """The nursery's own exit status, or None while it runs; all that it started ends with it."""
        return self._mother.ended() if self._mother is not None else _KILLED

    @property
    def pid(self) -> int | None:
        """The process below which its workers work."""
        return self._mother.pid if self._mother is not None else None

    def close(self) -> None:
        """End the nursery and what it started."""
        mother, self._mother = self._mother, None
        if mother is not None:
            mother.kill()


class _Child:
    """A forked worker."""

    def __init__(self, nursery: Nursery, limits: Limits) -> None:
        self._nursery = nursery
        self._status: int | None = None
        self.over = False
        with ends() as made:
            self.channel, self.output = made.channel, made.output
            settings = settings_of(_FOLDER, limits)
            nursery.ask({"op": "start", "settings": settings}, [made.theirs.fileno(), made.written])
        self.pid = nursery.pid

    def ended(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs."""
        if self._status is None and not self.over:
            self._status = self._nursery.ended()
        if self._status is None and not self.over:
            self._status = self._said({"op": "look"}).get("status")
        return self._status

    def kill(self) -> None:
        """End it and remove what it left; where that fails, its nursery ends too. May be called again."""
        if self.over:
            return
        said = self._said({"op": "end"})
        self._status = said.get("status", _KILLED)
        if not said.get("clean"):
            self._nursery.close()
        self.over = True
        self.channel.close()
        os.close(self.output)

    def _said(self, request: dict[str, Any]) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            return self._nursery.ask(request)
        self._nursery.close()
        return {"status": _KILLED}
