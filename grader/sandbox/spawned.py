"""A worker as an ordinary process with a private folder; what it may not do, it forbids itself at its start."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress

from grader.sandbox.base import ENVIRONMENT, Limits, arguments, as_user, ends, launch
from grader.sandbox.linux import readable_by_all, spare_user, sweep
from grader.worker.removal import remove

__all__ = ["SpawnedWorker"]

_MOST_FILES = 10_000
_DEEPEST = 40  # folders in each other; files that lie very deep could not be counted


class SpawnedWorker:
    """A running worker, its private folder, and how to be rid of both."""

    def __init__(self, limits: Limits, nursery: bool = False) -> None:
        self._folder = tempfile.mkdtemp(prefix="grader-")
        self._room = 4 * limits.files
        self._killed = False
        user = spare_user() if readable_by_all(tempfile.gettempdir()) else None
        try:
            if user is not None:
                os.chown(self._folder, user, user)
            with ends() as made:
                self.channel, self.output = made.channel, made.output
                self._popen = launch(
                    arguments(made.theirs.fileno(), self._folder, limits, nursery),
                    stdin=subprocess.DEVNULL,
                    stdout=made.written,
                    stderr=made.written,
                    pass_fds=[made.theirs.fileno()],
                    cwd="/",
                    env={**ENVIRONMENT, "HOME": self._folder, "TMPDIR": self._folder},
                    start_new_session=True,
                    **as_user(user),
                )
        except BaseException:
            remove(self._folder)
            raise
        self.pid: int | None = self._popen.pid

    def ended(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs; a worker that fills the disk is ended."""
        if self._popen.poll() is None and _is_full(self._folder, self._room):
            self._popen.kill()
            self._popen.wait()
        return self._popen.returncode

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
        self.channel.close()
        os.close(self.output)
        remove(self._folder)


def _is_full(folder: str, room: int) -> bool:
    """Whether a folder holds more bytes, files or levels than a hand-in may write; no quota would stop it.

    A folder in which nobody can look counts as full: it may hold anything.
    """
    used = count = 0
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    used += entry.stat(follow_symlinks=False).st_blocks * 512
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
                    if used > room or count > _MOST_FILES or depth > _DEEPEST:
                        return True
        except FileNotFoundError:  # removed meanwhile
            continue
        except OSError:  # not allowed, or its path is longer than can be asked for
            return True
    return False
