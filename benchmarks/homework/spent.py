"""What commands cost: CPU of every process that they start, and wall time.

A control group counts them all. Where none can be made (it takes root), what is told of children that were waited for
has to do; that misses a worker in bubblewrap, for nobody waits for those that are killed with their namespace.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GROUPS = Path("/sys/fs/cgroup")
PATIENCE = 20.0  # seconds, for those that were started to end


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
    """What the processes that `action` starts cost."""
    group = _group()
    if group is None:
        return _told_of_children(action)
    inside, outside = group / "cgroup.procs", group.parent / "cgroup.procs"
    own, started = time.process_time(), time.perf_counter()
    inside.write_text(str(os.getpid()))
    try:
        action()
        wall = time.perf_counter() - started
    finally:
        outside.write_text(str(os.getpid()))
    _wait_until_empty(inside)
    used = _used(group) - (time.process_time() - own)
    group.rmdir()
    return Cost(used, wall)


def counts_all() -> bool:
    """Whether every process is counted here."""
    group = _group()
    if group is not None:
        group.rmdir()
    return group is not None


def _group() -> Path | None:
    """A new control group below this process's own, of the first version or the second."""
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines() if GROUPS.is_dir() else ():
        _, controllers, path = line.split(":", 2)
        if "cpuacct" in controllers.split(",") or not controllers:
            group = GROUPS / ("cpuacct" if controllers else "") / path.lstrip("/") / f"benchmark-{os.getpid()}"
            try:
                group.mkdir()
            except OSError:
                continue
            if _reading(group):
                return group
            group.rmdir()
    return None


def _reading(group: Path) -> Path | None:
    return next((each for each in (group / "cpuacct.usage", group / "cpu.stat") if each.is_file()), None)


def _used(group: Path) -> float:
    reading = _reading(group)
    assert reading is not None
    words = reading.read_text("utf-8").split()
    return int(words[0]) / 1e9 if len(words) == 1 else int(words[words.index("usage_usec") + 1]) / 1e6


def _wait_until_empty(tasks: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while tasks.read_text("utf-8").strip():
        if time.monotonic() > deadline:
            raise RuntimeError("a process that was started has not ended; its time is not known")
        time.sleep(0.05)


def _told_of_children(action: Callable[[], Any]) -> Cost:
    before, started = _children(), time.perf_counter()
    action()
    return Cost(_children() - before, time.perf_counter() - started)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
