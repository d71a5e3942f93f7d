"""Reports with the marks that people gave, in the place of the run's. result.json stays the grader's own."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from grader.batch import FILES, OBSERVED, Format, Task, write
from grader.batch.files import drawn, formats_there, kept_own, write_files
from grader.errors import GraderError
from grader.gradebook import Entry, marked

__all__ = ["draw", "unpublished"]

NOTES = "published.json"
FEW = 6  # reports for which no process is started
MOST = 8  # processes


def unpublished(out: Path, entries: Mapping[str, Entry]) -> list[Entry]:
    """The hand-ins that have marks, or had, and whose reports do not show what stands now."""
    notes = _notes(out)
    touched = [each for name, each in sorted(entries.items()) if each.result and (each.marks or name in notes)]
    return [each for each in touched if notes.get(each.hand_in) != _note(out, each)]


def draw(out: Path, entries: Sequence[Entry]) -> Generator[str, None, None]:
    """Draw and write the reports of these hand-ins; tells of each, once done, what could not be made, or nothing.

    Raises:
        GraderError: a process that draws died; the reports before it are whole.
    """
    if len(entries) < FEW:
        yield from (_keep(out, entry, *_drawn(out, entry)) for entry in entries)
        return
    # Processes of their own: drawing keeps a page waiting otherwise, which is served by this one.
    pool = ProcessPoolExecutor(min(os.cpu_count() or 1, MOST), get_context("spawn"), _leave_ctrl_c)
    try:
        drawn = pool.map(partial(_drawn, out), entries)
        yield from (_keep(out, entry, *made) for entry, made in zip(entries, drawn, strict=True))
    except BrokenProcessPool:
        raise GraderError("A process that draws reports has died. Publish again: it goes on where it ended.") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_ctrl_c() -> None:
    """Leave Ctrl-C to the process that writes: it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _drawn(out: Path, entry: Entry) -> tuple[dict[Format, bytes], str]:
    from grader.exports.json import from_json

    result = marked(from_json(entry.result), entry.marks)
    reports: frozenset[Format] = formats_there(out / entry.hand_in) - {"json"} or frozenset({"html"})
    return drawn(result, "", reports, kept_own(out, entry.hand_in))


def _keep(out: Path, entry: Entry, files: dict[Format, bytes], notice: str) -> str:
    """Write the reports, and note that they show what stands."""
    write_files(Task(entry.hand_in, out / entry.hand_in, out / entry.hand_in), files)
    if notice:
        return f"{entry.hand_in}: {notice}"
    notes = {**_notes(out), entry.hand_in: _note(out, entry)}
    write(out / OBSERVED / NOTES, json.dumps(notes, indent=0, sort_keys=True) + "\n", private=True)
    return ""


def _notes(out: Path) -> dict[str, Any]:
    try:
        told = json.loads((out / OBSERVED / NOTES).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _note(out: Path, entry: Entry) -> dict[str, Any]:
    """What stands, and the reports as they lie there: a run that wrote them anew has left the marks out."""
    given = [[each.criterion, each.points, each.comment] for each in entry.marks.values() if each.points is not None]
    stands = sha256(json.dumps([entry.result, sorted(given)]).encode()).hexdigest()
    return {"stands": stands, "files": [_seen(out / entry.hand_in / name) for name in sorted(FILES.values())]}


def _seen(file: Path) -> list[int]:
    """By what a file is told from one written later."""
    try:
        told = file.stat()
    except OSError:
        return []
    return [told.st_size, told.st_mtime_ns]
