"""What Linux adds for a grader of strangers' code: hiding its own memory, and finding processes that ran away."""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.sandbox.folders import WORKER, interpreter, package_paths

__all__ = ["harden_grader", "readable_by_all", "reap", "reaped", "spare_user", "sweep"]


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
    return _SPARE_USER if all(readable_by_all(path) for path in needed) else None


def readable_by_all(path: str) -> bool:
    """Whether a user without rights gets at a path, as far as its own and its parents' permissions tell."""
    place = Path(path).resolve()
    parents = all(parent.stat().st_mode & stat.S_IXOTH for parent in place.parents)
    return parents and bool(place.stat().st_mode & stat.S_IROTH)


def sweep(worker: int, folder: str) -> None:
    """Kill and reap what a dead worker left: its session's processes, and those that still call its folder their home.

    Each round stops all that it finds before it kills, so that a chain of processes that restart each other ends.
    """
    if sys.platform != "linux":
        return
    doomed: set[int] = set()
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        doomed |= set(_strays(os.getpid(), lambda pid: _belongs(pid, worker, folder)))
        if not doomed:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in doomed:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
        doomed = {pid for pid in doomed if not reaped(pid)}
        time.sleep(0.001)


def reaped(pid: int) -> bool:
    """Whether a process is gone for good; takes leave of it if it has become our child."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not Path(f"/proc/{pid}").exists()


def reap(name: str) -> None:
    """Take leave of ended processes of this name that became the grader's children when their own parent ended."""
    for pid in _children(os.getpid()) if sys.platform == "linux" else ():
        said = _read(Path(f"/proc/{pid}/stat"))
        if f"({name}) Z".encode() in said:
            reaped(pid)


def _strays(pid: int, belongs: Callable[[int], bool]) -> Iterator[int]:
    """The processes below one that belong to the worker, and all that is below those."""
    for child in _children(pid):
        if belongs(child):
            yield child
            yield from _strays(child, lambda _: True)
        else:
            yield from _strays(child, belongs)


def _children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in _read(path).split()]


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
