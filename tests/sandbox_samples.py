"""What the tests of sandboxes share: a driver, limits, and whether a sandbox works here."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from grader.driver import read_driver
from grader.sandbox import bubblewrap, choose, container, landlock, process
from grader.sandbox.base import Limits, Sandbox
from grader.sandbox.linux import reap

DRIVER = read_driver(Path(__file__).parent / "worker_fixtures" / "driver.py")
LIMITS = Limits(request=5.0, memory=512 << 20, files=16 << 20)
FINE = "def fine(): return 1\n"
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

PROBES = {
    "bubblewrap": bubblewrap.probe,
    "landlock": landlock.probe,
    "container": container.probe,
    "process": process.probe,
}


def usable(name: str) -> Sandbox:
    reason = PROBES[name]()
    if reason:
        pytest.skip(reason)
    return choose(name)


def children() -> list[str]:
    return [pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]


def left_behind(before: Collection[str]) -> set[str]:
    """Children that there were not before, and that stay; those of earlier tests may end meanwhile, or come to us."""
    until = time.monotonic() + 20
    while (new := set(children()) - set(before)) and time.monotonic() < until:
        time.sleep(0.05)
        reap("conmon")  # Podman's, which on a busy machine ends after its container; the next kill takes leave of it
    return new
