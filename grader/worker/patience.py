"""How long a file may work outside of its functions: some hand-ins train for minutes when they are imported."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["TooLong", "begin", "patient"]

SECONDS = 2.0  # of computing, so that a busy machine changes nothing
AFTERWARDS = 0.25  # for each piece of work that follows one that was cut off, and for each file after the limit
MOST = 4.0  # of computing, for all files of a hand-in together

_waiting = False
_spent = 0.0


class TooLong(BaseException):
    """A piece of work was cut off; no `except Exception` of the hand-in keeps it alive."""

    def __str__(self) -> str:
        return f"work outside of functions is cut off after {SECONDS:g} s"


def begin() -> None:
    """A new hand-in has all its time before it."""
    global _spent
    _spent = 0.0


@contextmanager
def patient(belongs: Callable[[str], bool]) -> Iterator[None]:
    """Inside, code of files that belong to the hand-in is cut off by `TooLong` once its time is used up."""
    global _waiting, _spent
    if _waiting or threading.current_thread() is not threading.main_thread():
        yield  # a file that another one imports shares its time
        return
    before = signal.signal(signal.SIGPROF, _cutter(belongs))
    _waiting = True
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, max(AFTERWARDS, min(SECONDS, MOST - _spent)), AFTERWARDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        _spent += time.process_time() - started
        _waiting = False


def _cutter(belongs: Callable[[str], bool]) -> Callable[[int, FrameType | None], None]:
    """A handler that leaves the importer's own work alone: only what the hand-in does is cut off."""

    def cut(number: int, frame: FrameType | None) -> None:
        while frame is not None and not frame.f_globals.get("__name__", "").startswith("grader.worker"):
            if belongs(frame.f_code.co_filename):
                raise TooLong
            frame = frame.f_back

    return cut
