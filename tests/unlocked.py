"""The plain process as on a system without Landlock and seccomp: what it holds there is all that it may claim."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from grader.sandbox import spawned
from grader.sandbox.base import Limits, launch
from grader.sandbox.process import ProcessSandbox
from grader.sandbox.spawned import SpawnedWorker

__all__ = ["UnlockedProcess", "probe"]

# A filter that lets the kernel say of Landlock's calls, and of seccomp itself, that it has them not.
_AS_IF_OLD = """
import ctypes, os, struct, sys
absent = (444, 445, 446, {"x86_64": 317, "aarch64": 277}[os.uname().machine])
program = [(0x20, 0, 0, 0)]
program += [(0x15, len(absent) - place, 0, number) for place, number in enumerate(absent)]
program += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050026)]
code = b"".join(struct.pack("<HBBI", *each) for each in program)
kept = ctypes.create_string_buffer(code, len(code))
filter = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(kept)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, filter, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


def probe() -> str | None:
    """None where this can be tried."""
    return None if sys.platform == "linux" else "only Linux can be made to look older than it is"


class UnlockedProcess(ProcessSandbox):
    """Starts workers that find no locks to put on themselves."""

    def start(self, limits: Limits) -> SpawnedWorker:
        with patch.object(spawned, "launch", _launch_as_if_old):
            return super().start(limits)


def _launch_as_if_old(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    return launch([command[0], "-I", "-S", "-c", _AS_IF_OLD, *command], **options)
