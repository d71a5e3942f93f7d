"""Notebooks of strangers laid out in a process of its own, with a deadline and a limit of memory: always a PDF.

Where laying one out takes too much, less of it is laid out; what was left out is written into the document.
"""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError
from grader.notebooks import Cell, Notebook

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

__all__ = ["Press", "Pressed", "Room"]

PATIENCE = 5
LARGEST_PDF = 512 << 20  # bytes
PLAIN_CELLS, PLAIN_TEXT = 300, 4000  # cells, and characters of one, where only text is shown


@dataclass(frozen=True, slots=True)
class Room:
    """How much laying out one notebook may take."""

    seconds: float = 60.0  # of computing; on the clock it is PATIENCE times that, since a busy machine changes nothing
    memory: int = 3 << 30  # bytes of addresses, most of which are never used


@dataclass(frozen=True, slots=True)
class Pressed:
    """A PDF, and why it holds less than the notebook, where it does."""

    pdf: bytes
    notice: str = ""


class Press:
    """One process that makes PDFs, started with the first one, and anew after one that was too much for it."""

    def __init__(self, room: Room = Room()) -> None:
        self._room = room
        self._process: SpawnProcess | None = None
        self._connection: Connection[Any, Any] | None = None

    def press(self, notebook: Notebook, name: str, beside: Mapping[str, bytes] | None = None) -> Pressed:
        """The notebook as PDF, or as much of it as can be laid out.

        Raises:
            GraderError: not even a page with nothing but a note on it can be made.
        """
        notice = ""
        for less in _ever_less(notebook):
            made = self._made(replace(less, notes=(*notebook.notes, *less.notes[len(notebook.notes) :])), name, beside)
            if isinstance(made, bytes):
                return Pressed(made, " ".join(less.notes[len(notebook.notes) :]) and notice)
            notice, beside = made, None
        raise GraderError(f"{name}: no PDF could be made of it: {notice}.")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None

    def _made(self, notebook: Notebook, name: str, beside: Mapping[str, bytes] | None) -> bytes | str:
        """The PDF, or why there is none."""
        connection = self._connection or self._start()
        try:
            connection.send((notebook, name, dict(beside or {})))
            if not connection.poll(PATIENCE * self._room.seconds):
                self.close()
                return f"laying it out took more than {self._room.seconds:g} seconds"
            told = connection.recv_bytes(LARGEST_PDF)
        except (EOFError, OSError):
            self.close()
            return f"laying it out took more than {self._room.seconds:g} seconds, or too much memory"
        return told[1:] if told[:1] == b"+" else told[1:].decode("utf-8", "replace")

    def _start(self) -> Connection[Any, Any]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, self._room), daemon=True)
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours


def _ever_less(notebook: Notebook) -> Iterator[Notebook]:
    """The notebook, its words without their looks, and nothing of it; each says what is missing."""
    yield notebook
    kept = tuple(map(_plain, notebook.cells[:PLAIN_CELLS]))
    told = "It could not be laid out, so only its text is shown here, and of long cells the beginning."
    yield Notebook(kept, (*notebook.notes, told))
    yield Notebook((), (*notebook.notes, "Nothing of it could be laid out. The notebook itself is as it was."))


def _plain(cell: Cell) -> Cell:
    return Cell(cell.number, "raw", cell.source[:PLAIN_TEXT])


def _work(connection: Connection[Any, Any], room: Room) -> None:
    """Make a PDF of each notebook that comes in, until none does."""
    from grader.report.notebook import DOCUMENTS, pdf
    from grader.report.pdf import Renderer

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    renderer = Renderer(*DOCUMENTS)
    _limit(room.memory)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            notebook, name, beside = connection.recv()
            _allow(room.seconds)
            try:
                told = b"+" + pdf(notebook, name, beside, renderer)
            except (Exception, MemoryError) as error:  # whatever a stranger's notebook does to the libraries
                told = f"-laying it out failed ({type(error).__name__})".encode()
            connection.send_bytes(told)


def _limit(memory: int) -> None:
    """End this process, and not the machine, where a document grows without end."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _allow(seconds: float) -> None:
    """So much computing from here on; the system ends the process that takes more."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until, most = math.ceil(used.ru_utime + used.ru_stime + seconds), resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (until if most < 0 else min(until, most), most))
