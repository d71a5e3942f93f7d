"""The worker: limits itself, imports numpy, says "up", and answers one request after another until the channel closes.

Started as `python -B -S -s -P main.py CHANNEL SETTINGS` by a sandbox, used for one hand-in, and believed in nothing.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from grader.worker.service import Service

_CHANNEL_LOST = 70  # exit status, when the grader is gone or the hand-in closed our channel


def main() -> None:
    """Read the command line, get ready, and serve."""
    gc.disable()  # all that is made before the hand-in comes is here to stay
    named, settings = sys.argv[1], json.loads(sys.argv[2])
    sys.argv[:] = ["worker"]
    _offer_grader(Path(__file__).parent)
    sys.meta_path.append(_Packages(settings["packages"]))
    os.chdir(settings["folder"])
    lockdown = [_lock_files(settings)]
    channel, settings = _forked(int(named), settings) if settings["nursery"] else (_channel(named), settings)
    lockdown.insert(0, _limit(settings))
    streams = _open_streams()
    service = _service(settings)
    lockdown.append(_lock_calls())
    gc.freeze()
    gc.enable()
    _serve(channel, service, {"lockdown": ", ".join(lockdown), **_environment()}, streams)


def _channel(named: str) -> tuple[int, int]:
    """Where to read and where to write: one descriptor, or "-" for standard input and output, which prints lose."""
    if named != "-":
        return int(named), int(named)
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return reading, writing


def _forked(control: int, settings: dict[str, Any]) -> tuple[tuple[int, int], dict[str, Any]]:
    """Become a nursery; what comes back from here is a worker of it, with its channel and its settings."""
    from grader.worker import limits, lockdown, nursery

    limits.die_with_parent()
    _import_all()
    gc.freeze()
    channel, told = nursery.serve(control, settings["folder"])
    lockdown.set_apart()
    return (channel, channel), {**told, "folder": settings["folder"]}


def _offer_grader(folder: Path) -> None:
    """Make `grader.worker` importable here, and nothing else of the grader."""
    for name, paths in (("grader", []), ("grader.worker", [str(folder)])):
        module = ModuleType(name)
        module.__path__ = paths
        sys.modules[name] = module


class _Packages:
    """Finds the packages that a hand-in may use, in folders whose neighbours it may not even list."""

    def __init__(self, folders: dict[str, str]) -> None:
        self._folders = folders

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        folder = self._folders.get(name)
        if folder is None:
            return None
        return spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])


def _lock_files(settings: dict[str, Any]) -> str:
    """Give up rights and files; numpy is imported under it, which proves that the allowed paths suffice."""
    from grader.worker import lockdown

    lockdown.drop_capabilities()
    readable = [path for each in settings["readable"] for path in lockdown.without(each, settings["hidden"])]
    return lockdown.restrict_files(readable, [settings["folder"], "/dev/null"])


def _limit(settings: dict[str, Any]) -> str:
    from grader.worker import limits

    limits.die_with_parent()
    held = limits.limit_resources(settings["memory"], settings["seconds"], settings["files"])
    return "limits " + " ".join(held)


def _lock_calls() -> str:
    from grader.worker import lockdown

    return lockdown.forbid_calls()


def _open_streams() -> tuple[TextIO, ...]:
    """Let what the hand-in prints leave line by line, so that an endless loop still shows what it said."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    return sys.stdout, sys.stderr


def _import_all() -> None:
    """Now, while nobody waits."""
    import numpy.linalg
    import numpy.random  # noqa: F401

    for name in (*_FOR_DRIVERS, "service", "wire"):
        import_module(f"grader.worker.{name}")
    from grader.worker.integrity import picture

    picture()


def _service(settings: dict[str, Any]) -> Service:
    _import_all()
    from grader.worker.service import Service
    from grader.worker.standins import OFFERED

    OFFERED.update(settings["packages"])
    return Service(Path(settings["folder"]), settings["memory"])


_FOR_DRIVERS = (
    *("batching", "describing", "helpers", "histories", "inferring", "layouts", "naming", "results", "watching"),
)


def _environment() -> dict[str, str]:
    import numpy

    system = os.uname()
    return {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "numpy": numpy.__version__,
        "platform": f"{system.sysname} {system.machine}",
    }


def _serve(
    channel: tuple[int, int], service: Service, environment: dict[str, str], streams: tuple[TextIO, ...]
) -> None:
    """Answer until the grader closes the channel, and leave at once then: no exit handler of the hand-in runs."""
    from os import _exit, write

    from grader.worker.wire import PREFIX, Caps, WireError, decode, encode, lengths

    caps = Caps(header=4 << 20, body=1 << 30)
    reading, writing = channel

    def send(value: dict[str, Any]) -> None:
        rest = memoryview(encode(value))
        while rest:
            rest = rest[write(writing, rest) :]

    def receive() -> dict[str, Any]:
        header, body = lengths(_read(reading, PREFIX.size), caps)
        request: dict[str, Any] = decode(_read(reading, header), _read(reading, body), caps)
        return request

    def ask_back(question: dict[str, Any]) -> dict[str, Any]:
        send({**question, "id": number})
        return receive()

    def note(path: str) -> None:
        send({"id": number, "importing": path})

    service.ask_back, service.note = ask_back, note
    number = 0
    try:
        send({"id": number, "up": environment})
        while True:
            request = receive()
            number = int(request["id"])
            answer = service.answer(request)
            told = {"id": number, "facts": service.facts() if _look(request) else {}}
            _flush(streams)
            try:
                send({**answer, **told})
            except WireError as error:
                send({**told, "ok": False, "failure": _unsendable(error)})
    except BaseException:  # also what the hand-in's signal handlers raise between two requests
        _exit(_CHANNEL_LOST)


def _look(request: dict[str, Any]) -> bool:
    """Whether to look at what the hand-in did besides answering: often while it is imported, then now and then."""
    number = int(request["id"])
    return request["op"] == "facts" or number <= _FIRST or number % _EVERY == 0


_FIRST, _EVERY = 8, 16


def _read(channel: int, count: int) -> bytearray:
    buffer = bytearray(count)
    rest = memoryview(buffer)
    while rest:
        got = _readv(channel, [rest])
        if not got:
            raise ConnectionError("the grader has closed the channel")
        rest = rest[got:]
    return buffer


_readv = os.readv  # bound now: a hand-in may replace what `os` offers


def _flush(streams: tuple[TextIO, ...]) -> None:
    for stream in streams:
        try:
            stream.flush()
        except Exception:  # closed by the hand-in
            continue


def _unsendable(error: Exception) -> dict[str, str]:
    message = f"What came back cannot be read: {error}."
    return {"fault": "student", "code": "unusable-value", "message": message, "hint": "", "where": ""}


if __name__ == "__main__":
    main()
