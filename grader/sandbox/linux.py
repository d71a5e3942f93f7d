"""What Linux adds for a grader of strangers' code: hiding its own memory, and finding processes that ran away."""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.sandbox.folders import WORKER, interpreter, package_paths

__all__ = ["harden_grader", "spare_user", "sweep"]


_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 2.0  # seconds
_SPARE_USER = 60999  # no distribution gives it away, and it needs no entry anywhere


@cache
def harden_grader() -> None:
    """Close this process's memory and environment to the same user's others, and adopt the orphans below it."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@cache
def spare_user() -> int | None:
    """A user to drop to: when the grader is root, and a user without rights can read what a worker needs."""
    if os.getuid() != 0:
        return None
    needed = (interpreter(), str(WORKER), *package_paths(("numpy",)))
    return _SPARE_USER if all(_readable_by_all(Path(path)) for path in needed) else None


def _readable_by_all(path: Path) -> bool:
    parents = all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    return parents and bool(path.stat().st_mode & stat.S_IROTH)


def sweep(worker: int, folder: str) -> None:
    """Kill and reap what a dead worker left: its session's processes, and those that still carry its private folder.

    Each round stops all that it finds before it kills, so that a chain of processes that restart each other ends.
    """
    if sys.platform != "linux":
        return
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        found = [pid for pid in _descendants(os.getpid()) if _belongs(pid, worker, folder)]
        if not found:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        for pid in found:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.001)


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield int(child)
            yield from _descendants(int(child))


def _belongs(pid: int, worker: int, folder: str) -> bool:
    """Whether a process is in the worker's session or was given the worker's private folder as its home."""
    session = _read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()[3:4]
    if session == [str(worker).encode()]:
        return True
    return f"HOME={folder}".encode() in _read(Path(f"/proc/{pid}/environ")).split(b"\0")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it ended meanwhile
        return b""
