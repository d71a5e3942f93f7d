"""A nursery: a process that has imported what every worker needs, and starts workers by forking.

No byte of a hand-in gets into it. One worker lives at a time; once it has ended, what it left in the folder is removed,
so that the next one finds what a fresh sandbox has. It is used by the grader's end, `grader.sandbox.nursery`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from typing import Any

from grader.worker.removal import empty

__all__ = ["serve"]

_LONGEST = 1 << 16  # bytes of a request
_ENDED = 0  # exit status, when the grader has closed its end


def serve(control: int, folder: str) -> tuple[int, dict[str, Any]]:
    """Answer the grader until it closes its end; returns in workers only, with a worker's channel and settings."""
    grader = socket.socket(fileno=control)
    worker: int | None = None
    status: int | None = None
    while True:
        request, descriptors = _request(grader)
        if request["op"] == "start":
            worker = os.fork()
            if worker == 0:
                return _begin(*descriptors), request["settings"]
            status = None
            for each in descriptors:
                os.close(each)
            answer: dict[str, Any] = {"started": worker}
        else:
            if worker is not None and request["op"] == "end":
                os.kill(worker, signal.SIGKILL)
            if worker is not None and status is None:
                status = _status(worker, wait=request["op"] == "end")
            answer = {"status": status}
            if status is not None:
                worker = None
            if request["op"] == "end":
                answer["clean"] = _is_clean(folder)
        grader.sendall(json.dumps(answer).encode() + b"\n")


def _request(grader: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next request, which is a line, and the descriptors that came with it."""
    said, descriptors = b"", list[int]()
    while not said.endswith(b"\n"):
        part, came, _, _ = socket.recv_fds(grader, _LONGEST, 2)
        if not part:
            os._exit(_ENDED)
        said += part
        descriptors += came
    request: dict[str, Any] = json.loads(said)
    return request, descriptors


def _begin(channel: int, written: int) -> int:
    """In the forked process: keep its own two descriptors, and nothing else that the nursery has open."""
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.closerange(3, channel)
    os.closerange(channel + 1, os.sysconf("SC_OPEN_MAX"))
    return channel


def _status(worker: int, wait: bool) -> int | None:
    """The exit status, negative for a signal; None while the worker lives."""
    ended, status = os.waitpid(worker, 0 if wait else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _is_clean(folder: str) -> bool:
    try:
        return empty(folder)
    except OSError:
        return False
