"""A worker in a container of Podman or Docker, for an instructor who asks for one.

No image is fetched: the container is empty, and sees Python, numpy and the worker read-only where they are outside.
The worker speaks through the container's standard input and output.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from grader.sandbox.base import ENVIRONMENT, Limits, arguments, compile_worker, ends, launch, status_of
from grader.sandbox.folders import WORKER, interpreter, package_paths, site_folders, system_folders
from grader.sandbox.linux import harden_grader, readable_by_all, reap

__all__ = ["ContainerSandbox", "ContainerWorker", "probe"]

_IMAGE = "localhost/grader-empty:1"
_INSIDE = "/w"  # the only writable folder that the worker has
_NOBODY = "65534:65534"
_PATIENCE = 30.0  # seconds
_MOST_PROCESSES = 128


@cache
def probe() -> str | None:
    """None when this sandbox works here, else why not; it is proven by running Python in a container."""
    if _engine() is None:
        return "neither podman nor docker is installed"
    try:
        _make_image()
        command = [*_command(Limits(), _new_name()), interpreter(), "-I", "-S", "-c", "pass"]
        tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE)
        reap("conmon")
    except (OSError, subprocess.SubprocessError) as error:
        return f"{_engine()} does not work here ({_said(error)})"
    if tried.returncode:
        return f"{_engine()} does not work here ({_last_line(tried.stderr)})"
    return None


class ContainerSandbox:
    """Starts each worker in a container of its own."""

    name = "container"
    isolates = True
    demands: tuple[str, ...] = ()
    nurses = False  # it speaks through standard input and output, which carry no descriptors

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""
        return f"a container of its own ({_engine()}): no network, no file but Python's and numpy's, no rights"

    def start(self, limits: Limits, nursery: bool = False) -> ContainerWorker:
        """Start a worker and return at once."""
        harden_grader()
        compile_worker()
        _make_image()
        return ContainerWorker(limits)


class ContainerWorker:
    """A running worker; its files vanish with its container."""

    def __init__(self, limits: Limits) -> None:
        self.pid: int | None = None  # its processes belong to the engine
        self._name = _new_name()
        self._killed = False
        command = [*_command(limits, self._name), *arguments("-", _INSIDE, limits)]
        with ends() as made:
            self.channel, self.output = made.channel, made.output
            self._popen = launch(
                command, stdin=made.theirs, stdout=made.theirs, stderr=made.written, start_new_session=True
            )

    def ended(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs."""
        return status_of(self._popen)

    def kill(self) -> None:
        """End the container and all that is in it; may be called again."""
        if self._killed:
            return
        self._killed = True
        self.channel.close()
        os.close(self.output)  # or the engine, which hands on what a flood printed, would wait for somebody to read it
        with suppress(OSError, subprocess.SubprocessError):
            _run("kill", "--signal", "KILL", self._name, check=False)
            self._popen.wait(_PATIENCE)
        if self._popen.poll() is None:
            self._popen.kill()
            self._popen.wait()
        reap("conmon")


@cache
def _engine() -> str | None:
    return next((name for name in ("podman", "docker") if shutil.which(name)), None)


def _new_name() -> str:
    return f"grader-{secrets.token_hex(8)}"


@cache
def _make_image() -> None:
    """An image without a single file, made here."""
    if _run("image", "inspect", _IMAGE, check=False).returncode == 0:
        return
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    _run("import", "-", _IMAGE, said=empty.getvalue())


def _run(*arguments: str, said: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
    command = [_engine() or "podman", *arguments]
    return subprocess.run(command, input=said, capture_output=True, check=check, timeout=_PATIENCE)


def _command(limits: Limits, name: str) -> list[str]:
    """The part of the command line before the worker's own."""
    seen = (interpreter(), str(WORKER), *package_paths(limits.packages))
    return [
        _engine() or "podman",
        *("run", "--rm", "--interactive", "--name", name, "--hostname", "sandbox", "--pull", "never"),
        # Should the grader be killed, nobody else ends a busy container.
        *(["--timeout", str(int(limits.total) + 5)] if _engine() == "podman" else []),
        *("--log-driver", "none", "--stop-timeout", "0"),  # a log would keep every frame and every print on the disk
        *("--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--pids-limit", str(_MOST_PROCESSES), "--memory", str(limits.memory), "--memory-swap", str(limits.memory)),
        *("--read-only", "--tmpfs", f"{_INSIDE}:size={limits.files},mode=1777", "--workdir", _INSIDE),
        *(["--user", _NOBODY] if all(readable_by_all(path) for path in seen) else []),
        *_variables(),
        *_mounts(limits.packages),
        _IMAGE,
    ]


def _variables() -> Iterator[str]:
    for name, value in {**ENVIRONMENT, "HOME": _INSIDE, "TMPDIR": _INSIDE}.items():
        yield from ("--env", f"{name}={value}")


@cache
def _mounts(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Read-only views of Python, the allowed packages and the worker, at the paths that they have outside."""
    found: list[str] = []
    for path in dict.fromkeys((*system_folders(), "/etc/ld.so.cache", *package_paths(packages), str(WORKER))):
        found += ["--volume", f"{path}:{path}:ro"]
    empty = "size=1m,mode=755,notmpcopyup" if _engine() == "podman" else "size=1m,mode=755"
    for path in site_folders():
        found += ["--tmpfs", f"{path}:{empty}"]
    return tuple(found)


def _said(error: Exception) -> str:
    printed = getattr(error, "stderr", None)
    return _last_line(printed) if printed else str(error)


def _last_line(printed: bytes) -> str:
    lines = printed.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it says nothing"
