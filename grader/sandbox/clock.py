"""How much a worker has computed, and whether it waits for a processor: a busy machine costs no student time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Effort", "effort"]

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Effort(NamedTuple):
    """What some processes have used of a processor, and whether one of them could use more."""

    seconds: float
    eager: bool


def effort(pid: int) -> Effort | None:
    """The effort of a process and all below it; None where the system does not tell."""
    seen = [_read(each) for each in _family(pid)]
    known = [each for each in seen if each]
    return Effort(sum(each.seconds for each in known), any(each.eager for each in known)) if known else None


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:  # it has ended, or this is not Linux
        return
    for child in children:
        yield from _family(int(child))


def _read(pid: int) -> Effort | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    state, *rest = stat.rpartition(")")[2].split()
    ticks = sum(map(int, rest[10:14]))  # its own, and those of children that have ended
    return Effort(ticks / _TICK, state == "R")
