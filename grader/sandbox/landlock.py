"""A worker that Linux confines without namespaces: Landlock for files and networks, seccomp for system calls.

For where bubblewrap may not make namespaces, as in most containers. A grader that is root lets the worker run as a user
without rights besides.
"""

from __future__ import annotations

import re
import sys
import time
from functools import cache

from grader.sandbox.base import Limits, compile_worker
from grader.sandbox.linux import harden_grader, spare_user
from grader.sandbox.spawned import SpawnedWorker

__all__ = ["LandlockSandbox", "probe"]


@cache
def probe() -> str | None:
    """None when this sandbox works here, else why not; it is proven by a worker that says what holds it."""
    if sys.platform != "linux":
        return "Landlock and seccomp exist on Linux only"
    said = _first_words()
    if re.search(rb"Landlock \d", said) is None:
        return "this kernel has no Landlock, or a container's rules forbid it: Linux 5.13 or newer is needed"
    return None if re.search(rb"(?<!no )seccomp", said) else "this kernel has no seccomp filter"


def _first_words() -> bytes:
    """What a worker says when it is up: which limits it was able to put on itself."""
    harden_grader()
    worker = SpawnedWorker(Limits())
    try:
        worker.channel.settimeout(Limits().start)
        said = b""
        until = time.monotonic() + Limits().start
        while b"numpy" not in said and time.monotonic() < until:
            part = worker.channel.recv(4096)
            if not part:
                break
            said += part
        return said
    except TimeoutError:
        return b""
    finally:
        worker.kill()


class LandlockSandbox:
    """Starts workers as ordinary processes that give up files, networks and other processes for good."""

    name = "landlock"
    isolates = True
    demands: tuple[str, ...] = ("Landlock", "seccomp")
    nurses = True

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""
        user = ", as a user without rights" if spare_user() is not None else ""
        return f"Landlock and seccomp{user}: no network, no other process, no file but Python's and numpy's"

    def start(self, limits: Limits, nursery: bool = False) -> SpawnedWorker:
        """Start a worker and return at once."""
        harden_grader()
        compile_worker()
        return SpawnedWorker(limits, nursery)
