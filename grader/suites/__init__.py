"""A course's own pytest suite, run in a process of its own, against a hand-in that stays in its sandbox.

The suite is the instructor's code and trusted; the hand-in never meets it. What is kept are the outcomes of its tests.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from grader.errors import GraderError, StudentError
from grader.model import Failure
from grader.session import Student
from grader.suites.relay import Relay, Silence

__all__ = ["files_of", "outcomes"]

LEFT_OUT = {"__pycache__", ".pytest_cache"}
LAST_LINES = 12
# Quiet and alike on every machine: no other plugins, no settings of folders above, no rewriting of asserts (which
# would put values into their messages), and nothing written beside the tests.
OPTIONS = (
    "-p",
    "grader.pytest_plugin",
    "-p",
    "no:cacheprovider",
    "--assert=plain",
    "-c",
    os.devnull,
    "-q",
    "--tb=short",
)
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
MEDDLING = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
BEGIN = (
    "import sys; p = sys.argv.pop(1); p in sys.path or sys.path.insert(0, p); import pytest; sys.exit(pytest.main())"
)


def files_of(suite: Path) -> tuple[Path, ...]:
    """All files beside and below the tests, sorted: what they may import or read."""
    folder = _folder(suite)
    files = (path for path in folder.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts))
    return tuple(sorted(files))


def outcomes(suite: Path, student: Student, seed: int, seconds: float, select: str = "") -> list[Mapping[str, Any]]:
    """What became of each test, in order.

    Args:
        select: as pytest's -k.

    Raises:
        GraderError: the suite cannot be run.
        StudentError: it did not come to its end.
    """
    if find_spec("pytest") is None:
        raise GraderError("pytest is not installed here, and a rubric asks for it: pip install 'dlgrader[pytest]'")
    told: list[Mapping[str, Any]] = []
    relay = Relay(student)
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryFile() as printed:
        with theirs:
            process = _start(suite, theirs.fileno(), seed, select, printed)
        try:
            relay.serve(ours, seconds, told.append)
            process.wait(timeout=seconds)
        except (Silence, subprocess.TimeoutExpired):
            raise StudentError(_too_slow(seconds, relay.seconds)) from None
        finally:
            process.kill()
            process.wait()
        _refuse_broken(suite, process.returncode, told, printed)
    return told


def _start(suite: Path, channel: int, seed: int, select: str, printed: IO[bytes]) -> subprocess.Popen[bytes]:
    package = str(Path(__file__).resolve().parents[2])
    asked = [str(suite), "--rootdir", str(_folder(suite)), f"--grader-relay={channel}", f"--grader-seed={seed}"]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", BEGIN, package, *asked, *OPTIONS, *(["-k", select] if select else [])],
        cwd=_folder(suite),
        env={name: value for name, value in {**os.environ, **ALONE}.items() if name not in MEDDLING},
        stdin=subprocess.DEVNULL,
        stdout=printed,
        stderr=subprocess.STDOUT,
        pass_fds=[channel],
    )


def _folder(suite: Path) -> Path:
    return suite if suite.is_dir() else suite.parent


def _too_slow(seconds: float, theirs: float) -> Failure:
    """Whose fault it is that the time is up: whoever took most of it."""
    message = f"The course's own tests did not finish within {seconds:g} s."
    if theirs < seconds / 2:
        return Failure("grader", "slow-tests", message)
    hint = "Is there a loop over single numbers where numpy could work on whole arrays?"
    return Failure("student", "timeout", f"{message} Most of it was spent in your code.", hint)


def _refuse_broken(suite: Path, code: int, told: Sequence[object], printed: IO[bytes]) -> None:
    """Pytest ends with 0 or 1 where the tests ran; anything else is the suite's own fault."""
    if code in (0, 1) and told:
        return
    if told:  # it broke on the way, which no student may pay for, nor read the details of
        raise StudentError(Failure("grader", "broken-tests", "The course's own tests stopped before their end."))
    printed.seek(0)
    last = printed.read().decode("utf-8", "replace").strip().splitlines()[-LAST_LINES:]
    raise GraderError("\n".join([f"{suite}: pytest ran no test (it ended with {code}):", *last]))
