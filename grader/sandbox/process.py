"""A worker as an ordinary process with limits: any POSIX system has it. For code that one trusts, such as one's own."""

from __future__ import annotations

import os
import sys

from grader.sandbox.base import Limits, compile_worker
from grader.sandbox.linux import harden_grader
from grader.sandbox.spawned import SpawnedWorker

__all__ = ["ProcessSandbox", "probe"]


def probe() -> str | None:
    """None when this sandbox works here, else why not."""
    if os.name != "posix":
        return f"the process sandbox needs a POSIX system, and this is {sys.platform}: use Linux, macOS or WSL"
    return None


class ProcessSandbox:
    """Starts workers as processes of their own session, with an empty environment and a private folder."""

    name = "process"
    isolates = False
    demands: tuple[str, ...] = ()
    nurses = sys.platform == "linux"  # elsewhere a process that has imported numpy may not survive its fork

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""
        return "a process of its own with limits on memory, time and files: for code that you trust"

    def start(self, limits: Limits, nursery: bool = False) -> SpawnedWorker:
        """Start a worker and return at once."""
        harden_grader()
        compile_worker()
        return SpawnedWorker(limits, nursery)
