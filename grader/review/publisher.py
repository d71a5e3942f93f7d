"""Publishing from the page: one at a time, in the background, with how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.errors import GraderError

__all__ = ["Publisher", "Publishing"]

Publish = Callable[[Callable[[int, int], None]], list[str]]
"""Publishes all that changed, tells how far it is, and returns what could not be made."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """How far publishing is."""

    running: bool = False
    done: int = 0
    all: int = 0
    problems: tuple[str, ...] = ()
    finished: bool = False  # since this server began


class _Stopped(Exception):
    """The server ends."""


class Publisher:
    """Whoever pushes the button first starts it; the others see how far it is."""

    def __init__(self, publish: Publish, waiting: Callable[[], int]) -> None:
        self._publish, self.waiting = publish, waiting
        self._lock = threading.Lock()
        self._publishing = Publishing()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def now(self) -> Publishing:
        """How far it is."""
        return self._publishing

    def start(self) -> None:
        """Begin, unless it has begun."""
        with self._lock:
            if self._publishing.running:
                return
            self._publishing = Publishing(running=True)
            self._thread = threading.Thread(target=self._run, name="publishing")
            self._thread.start()

    def wait(self) -> None:
        """Let what has begun come to its end."""
        if self._thread:
            self._thread.join()

    def stop(self) -> None:
        """End after the report that is being drawn: the others are drawn when it is started again."""
        self._stopping = True
        self.wait()

    def _run(self) -> None:
        problems: list[str] = []
        try:
            problems = self._publish(self._advance)
        except _Stopped:
            problems = ["Stopped; the other reports are drawn when it is started again."]
        except (GraderError, OSError) as error:
            problems = [str(error)]
        finally:
            self._publishing = replace(self._publishing, running=False, finished=True, problems=tuple(problems))

    def _advance(self, done: int, every: int) -> None:
        self._publishing = replace(self._publishing, done=done, all=every)
        if self._stopping:
            raise _Stopped
