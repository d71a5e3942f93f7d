"""A worker as an ordinary process with limits: any POSIX system has it, and it separates least."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress

from grader.sandbox.base import ENVIRONMENT, Limits, arguments, compile_worker, launch
from grader.sandbox.linux import harden_grader, readable_by_all, spare_user, sweep

__all__ = ["ProcessSandbox", "ProcessWorker", "probe"]


def probe() -> str | None:
    """None when this sandbox works here, else why not."""
    if os.name != "posix":
        return f"the process sandbox needs a POSIX system, and this is {sys.platform}: use Linux, macOS or WSL"
    return None


class ProcessSandbox:
    """Starts workers as processes of their own session, with an empty environment and a private folder."""

    name = "process"

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""
        return (
            "a process of its own with limits on memory, time and files, and Landlock and seccomp where Linux has them"
        )

    def start(self, limits: Limits) -> ProcessWorker:
        """Start a worker and return at once."""
        harden_grader()
        compile_worker()
        return ProcessWorker(limits)


class ProcessWorker:
    """A running worker, its private folder, and how to be rid of both."""

    def __init__(self, limits: Limits) -> None:
        self._folder = tempfile.mkdtemp(prefix="grader-")
        self.channel, theirs = socket.socketpair()
        self.output, written = os.pipe()
        self._killed = False
        user = spare_user() if readable_by_all(tempfile.gettempdir()) else None
        try:
            if user is not None:
                os.chown(self._folder, user, user)
            self._popen = launch(
                arguments(theirs.fileno(), self._folder, limits),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env={**ENVIRONMENT, "HOME": self._folder, "TMPDIR": self._folder},
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                start_new_session=True,
            )
        except BaseException:
            self._close()
            raise
        finally:
            theirs.close()
            os.close(written)

    def ended(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs."""
        return self._popen.poll()

    def kill(self) -> None:
        """End it and all that it started, and remove its folder; may be called again."""
        if self._killed:
            return
        self._killed = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.kill()
        self._popen.wait()
        sweep(self._popen.pid, self._folder)
        self._close()

    def _close(self) -> None:
        self.channel.close()
        os.close(self.output)
        shutil.rmtree(self._folder, ignore_errors=True)
