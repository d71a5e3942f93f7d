"""What every sandbox offers, and what all of them need: limits, the worker's command line, a thread to start it."""

from __future__ import annotations

import importlib.util
import json
import os
import queue
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from grader.sandbox.folders import WORKER, interpreter, package_folders, readable, site_folders

__all__ = [
    "ENVIRONMENT",
    "Ends",
    "Limits",
    "Process",
    "Sandbox",
    "arguments",
    "as_user",
    "compile_worker",
    "ends",
    "launch",
    "status_of",
]

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one hand-in may use; seconds and bytes."""

    request: float = 10.0
    training: float = 120.0
    total: float = 600.0
    start: float = 20.0
    memory: int = 2 << 30
    output: int = 64 << 10
    files: int = 64 << 20
    packages: tuple[str, ...] = ("numpy",)


class Process(Protocol):
    """A started worker."""

    channel: socket.socket
    output: int  # the file descriptor at which its prints arrive
    pid: int | None  # the process below which it works, where that can be seen from here

    def ended(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs."""

    def kill(self) -> None:
        """End it and all that it started, and remove what it left; may be called again."""


class Sandbox(Protocol):
    """A way to start a worker."""

    name: str
    isolates: bool  # whether it is meant to hold code that nobody trusts
    demands: tuple[str, ...]  # what a worker has to have put on itself before it may be used
    nurses: bool  # whether what it starts can be a nursery

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""

    def start(self, limits: Limits, nursery: bool = False) -> Process:
        """Start a worker and return at once; it says "up" on its channel when it is ready.

        Args:
            nursery: start one that starts workers itself, on demand, and is no worker; see `grader.sandbox.nursery`.
        """


def settings_of(folder: str, limits: Limits) -> dict[str, Any]:
    """What a worker has to know before it can limit itself."""
    return {
        "folder": folder,
        "readable": readable(limits.packages),
        "hidden": site_folders(),
        "packages": package_folders(limits.packages),
        "memory": limits.memory,
        "seconds": int(limits.total) + 5,
        "files": limits.files,
    }


def arguments(channel: int | str, folder: str, limits: Limits, nursery: bool = False) -> list[str]:
    """The worker's command line: the same interpreter, without site-packages, on its end of the channel.

    Args:
        channel: a file descriptor, or "-" for standard input and output.
    """
    settings = {**settings_of(folder, limits), "nursery": nursery}
    return [interpreter(), "-B", "-S", "-s", "-P", str(WORKER / "main.py"), str(channel), json.dumps(settings)]


@cache
def compile_worker() -> None:
    """Write the worker's compiled files, where that is allowed: it starts faster with them and never writes them."""
    for source in WORKER.glob("*.py"):
        compiled = Path(importlib.util.cache_from_source(str(source)))
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            _compile(source)


def _compile(source: Path) -> None:
    import py_compile

    try:
        py_compile.compile(str(source), doraise=True)
    except (OSError, py_compile.PyCompileError):  # read-only, or being edited: the worker then compiles by itself
        return


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a worker's channel, and of the pipe that its prints take."""

    channel: socket.socket
    theirs: socket.socket
    output: int
    written: int


@contextmanager
def ends() -> Iterator[Ends]:
    """Ends for a worker that is started meanwhile; ours stay open unless that fails."""
    made = Ends(*socket.socketpair(), *os.pipe())
    try:
        yield made
    except BaseException:
        made.channel.close()
        os.close(made.output)
        raise
    finally:
        made.theirs.close()
        os.close(made.written)


def as_user(user: int | None) -> dict[str, Any]:
    """Options of `launch` that let a process run as a user without rights, and as nobody else's group."""
    return {"user": user, "group": user, "extra_groups": None if user is None else []}


def status_of(popen: subprocess.Popen[bytes]) -> int | None:
    """The exit status of a worker behind a program that says 128 and the signal for a death; None while it runs."""
    status = popen.poll()
    return 128 - status if status is not None and status > 128 else status


def launch(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """`subprocess.Popen` from a thread that lives as long as this process.

    Linux can kill a worker when its parent goes, but means the *thread* that started it: from a pool's thread, workers
    would die when the pool shrinks.
    """
    return _launcher().run(lambda: subprocess.Popen(command, **options))


_Job = Callable[[], "subprocess.Popen[bytes]"]
_Started = subprocess.Popen[bytes] | BaseException


class _Launcher:
    """A thread that starts processes for others."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[_Job, queue.SimpleQueue[_Started]]] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="worker launcher", daemon=True).start()

    def run(self, job: _Job) -> subprocess.Popen[bytes]:
        reply: queue.SimpleQueue[_Started] = queue.SimpleQueue()
        self._jobs.put((job, reply))
        started = reply.get()
        if isinstance(started, BaseException):
            raise started
        return started

    def _work(self) -> None:
        while True:
            job, reply = self._jobs.get()
            try:
                reply.put(job())
            except BaseException as error:
                reply.put(error)


@cache
def _launcher() -> _Launcher:
    os.register_at_fork(after_in_child=_launcher.cache_clear)  # threads do not survive a fork
    return _Launcher()
