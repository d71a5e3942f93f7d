"""A worker in namespaces of its own, by bubblewrap: no network, no other process, no file but Python's and numpy's."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from grader.sandbox.base import ENVIRONMENT, Limits, arguments, as_user, compile_worker, ends, launch, status_of
from grader.sandbox.folders import WORKER, interpreter, package_paths, site_folders, system_folders
from grader.sandbox.linux import harden_grader, reaped, spare_user

__all__ = ["BubblewrapSandbox", "BubblewrapWorker", "probe"]

_INSIDE = "/w"  # the only writable folder that the worker has
_NOBODY = "65534"
_PATIENCE = 2.0  # seconds
_ADVICE = {
    "setting up uid map": "AppArmor forbids it: load the profile bwrap-userns-restrict, or run "
    "`sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`",
    "No permissions to create new namespace": "user namespaces are forbidden here, as in most containers: "
    "run on the host, or rely on the landlock sandbox",
    "nesting depth": "user namespaces are switched off: run `sudo sysctl -w user.max_user_namespaces=10000`",
}


@cache
def probe() -> str | None:
    """None when this sandbox works here, else why not; it is proven by running Python in it."""
    if sys.platform != "linux":
        return "bubblewrap exists on Linux only"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed: try `sudo apt install bubblewrap`"
    tried = _try()
    if tried.returncode == 0:
        return None
    said = tried.stderr.decode(errors="replace").strip()
    advice = (text for sign, text in _ADVICE.items() if sign in said)
    return f"bubblewrap does not work here ({next(advice, said or f'exit status {tried.returncode}')})"


def _try() -> subprocess.CompletedProcess[bytes]:
    """Run Python in a sandbox like a worker's."""
    harden_grader()
    info = _info_file()
    command = [*_command(Limits(), ["--info-fd", str(info)]), interpreter(), "-I", "-S", "-c", "pass"]
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=[info],
            env={},
            cwd="/",
            **as_user(spare_user()),
        )
    finally:
        _await_orphan(_first_process(info))
        os.close(info)


class BubblewrapSandbox:
    """Starts workers inside bubblewrap."""

    name = "bubblewrap"
    isolates = True
    demands: tuple[str, ...] = ("seccomp",)
    nurses = True

    def describe(self) -> str:
        """What separates a hand-in from the grader, in one sentence."""
        return "namespaces of its own (bubblewrap): no network, no other process, no file but Python's and numpy's"

    def start(self, limits: Limits, nursery: bool = False) -> BubblewrapWorker:
        """Start a worker and return at once."""
        harden_grader()
        compile_worker()
        return BubblewrapWorker(limits, nursery)


class BubblewrapWorker:
    """A running worker; its files vanish with its namespaces."""

    def __init__(self, limits: Limits, nursery: bool = False) -> None:
        self._killed = False
        self._info = _info_file()
        try:
            with ends() as made:
                self.channel, self.output = made.channel, made.output
                descriptors = [made.theirs.fileno(), self._info]
                command = _command(limits, ["--info-fd", str(self._info)])
                self._popen = launch(
                    [*command, *arguments(made.theirs.fileno(), _INSIDE, limits, nursery)],
                    stdin=subprocess.DEVNULL,
                    stdout=made.written,
                    stderr=made.written,
                    pass_fds=descriptors,
                    cwd="/",
                    env={},
                    start_new_session=True,
                    **as_user(spare_user()),
                )
        except BaseException:
            os.close(self._info)
            raise
        self.pid: int | None = self._popen.pid

    def ended(self) -> int | None:
        """The exit status, negative for a signal, or None while it runs."""
        return status_of(self._popen)

    def kill(self) -> None:
        """End the namespace's first process, and with it all others; may be called again.

        Not bubblewrap itself: after its end the others live on for some hundredths of a second.
        """
        if self._killed:
            return
        self._killed = True
        first = self._first_process_soon()
        if first is not None and self._popen.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(first, signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(_PATIENCE)
        self._popen.kill()
        self._popen.wait()
        _await_orphan(first)
        self._close()
        _end_stranded()

    def _first_process_soon(self) -> int | None:
        """The namespace's first process; bubblewrap, killed before it has told, would leave one that nobody knows."""
        until = time.monotonic() + _PATIENCE
        while (first := _first_process(self._info)) is None and self._popen.poll() is None:
            if time.monotonic() > until:
                break
            time.sleep(0.001)
        return first

    def _close(self) -> None:
        self.channel.close()
        os.close(self.output)
        os.close(self._info)


def _info_file() -> int:
    """Where bubblewrap writes which process is the namespace's first.

    A file, not a pipe: were the grader killed meanwhile, bubblewrap would end over the pipe, and its child wait for it
    for ever.
    """
    return os.memfd_create("bubblewrap's child")


def _first_process(info: int) -> int | None:
    """The namespace's first process as the grader sees it, if bubblewrap has written it yet."""
    with suppress(ValueError, KeyError):
        return int(json.loads(os.pread(info, 4096, 0))["child-pid"])
    return None


@cache
def _end_stranded() -> None:
    """End what graders left that were killed at a bad moment; once in each process is enough."""
    for pid in _stranded():
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _stranded() -> Iterator[int]:
    """The first processes of workers' namespaces whose bubblewrap is gone."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, KeyError):  # it ended meanwhile
            if _named_bwrap(place) and _is_stranded(place):
                yield int(place.name)


def _named_bwrap(place: Path) -> bool:
    return (place / "comm").read_text() == "bwrap\n"


def _is_stranded(place: Path) -> bool:
    status = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    numbers = status["NSpid"].split()  # one for each namespace that it is in
    ours = str(WORKER / "main.py").encode() in (place / "cmdline").read_bytes().split(b"\0")
    return ours and len(numbers) > 1 and numbers[-1] == "1" and not _named_bwrap(Path("/proc", status["PPid"].strip()))


def _await_orphan(pid: int | None) -> None:
    """Take leave of the namespace's first process: when bubblewrap ends before it, it becomes the grader's child."""
    until = time.monotonic() + _PATIENCE
    while pid is not None and not reaped(pid) and time.monotonic() < until:
        time.sleep(0.001)


def _command(limits: Limits, options: list[str]) -> list[str]:
    """The part of the command line before the worker's own."""
    return [
        "bwrap",
        *("--unshare-user", "--unshare-all", *(["--disable-userns"] if _version() >= (0, 8) else [])),
        *("--uid", _NOBODY, "--gid", _NOBODY, "--hostname", "sandbox", "--cap-drop", "ALL"),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *_variables(),
        *_binds(limits.packages),
        *(["--size", str(limits.files)] if _version() >= (0, 7) else []),
        *("--tmpfs", _INSIDE, "--remount-ro", "/", "--chdir", _INSIDE),
        *options,
        "--",
    ]


@cache
def _version() -> tuple[int, ...]:
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout.split()
    return tuple(int(part) for part in said[-1].split(".")) if said else ()


def _variables() -> Iterator[str]:
    for name, value in {**ENVIRONMENT, "HOME": _INSIDE, "TMPDIR": _INSIDE}.items():
        yield from ("--setenv", name, value)


@cache
def _binds(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Read-only views of Python, the allowed packages and the worker, at the paths that they have outside."""
    found: list[str] = []
    for path in system_folders():
        found += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    found += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    for path in ("/dev/null", "/dev/urandom"):  # no other device: `/dev/shm` would be a second writable folder
        found += ["--dev-bind", path, path]
    hidden = site_folders()
    for path in hidden:
        found += ["--tmpfs", path]
    for path in (*package_paths(packages), str(WORKER)):
        found += ["--ro-bind", path, path]
    for path in hidden:
        found += ["--remount-ro", path]
    return tuple(found)
