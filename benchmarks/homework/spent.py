"""What a command costs: CPU of every process that it starts, and wall time."""

from __future__ import annotations

import ctypes
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: who outlives its parent becomes our child, and is counted
PATIENCE = 20.0  # seconds for those to end


@dataclass(frozen=True)
class Cost:
    """Seconds: user and system time of the whole tree, and wall time."""

    cpu: float
    wall: float

    def each(self, count: int) -> Cost:
        """A share of it."""
        return Cost(self.cpu / count, self.wall / count)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.cpu - other.cpu, self.wall - other.wall)


def cost(action: Callable[[], Any]) -> Cost:
    """What the processes that `action` starts cost; none may be left from before."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    before, started = _cpu(), time.perf_counter()
    action()
    wall = time.perf_counter() - started
    _gather_orphans()
    return Cost(_cpu() - before, wall)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _gather_orphans() -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            time.sleep(0.05)
    raise RuntimeError("a process that was started has not ended; its time is not known")
