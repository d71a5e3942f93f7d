"""The limits that a worker puts on itself before it has read one byte of the hand-in."""

from __future__ import annotations

import ctypes
import resource
import signal
import sys

__all__ = ["die_with_parent", "limit_resources"]

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_STACK = 8 << 20
_OPEN_FILES = 64


def die_with_parent() -> None:
    """Ask Linux to kill this process when the thread that started it ends; elsewhere the end of the channel does."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def limit_resources(memory: int, seconds: int, files: int) -> list[str]:
    """Lower every resource limit that this platform lets us lower, and name those that hold."""
    wanted = {
        "AS": (memory, memory),  # this bounds the whole hand-in as long as it cannot fork
        "CPU": (seconds, seconds + 1),
        "FSIZE": (files, files),
        "NOFILE": (_OPEN_FILES, _OPEN_FILES),
        "CORE": (0, 0),
        "STACK": (_STACK, _STACK),
        "MEMLOCK": (0, 0),
        "MSGQUEUE": (0, 0),
        "SIGPENDING": (64, 64),
    }  # not NPROC: it counts all processes of the user, so that others' would stop the hand-in's threads
    return [name for name, value in wanted.items() if _lower(f"RLIMIT_{name}", value)]


def _lower(name: str, value: tuple[int, int]) -> bool:
    """Set one limit, at most to what is allowed already; macOS refuses some of them."""
    kind = getattr(resource, name, None)
    if kind is None:
        return False
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = (min(value[0], hard), min(value[1], hard))
    try:
        resource.setrlimit(kind, value)
    except (OSError, ValueError):
        return False
    return True
