"""Reports with the marks that people gave, in the place of the run's. result.json stays the grader's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.batch import FILES, OBSERVED, Format, Task, own_file, write
from grader.batch.files import drawn, write_files
from grader.gradebook import Entry, marked
from grader.model import Own

__all__ = ["draw", "unpublished"]

NOTES = "published.json"


def unpublished(out: Path, entries: Mapping[str, Entry]) -> list[Entry]:
    """The hand-ins that have marks, or had, and whose reports do not show what stands now."""
    notes = _notes(out)
    touched = [each for name, each in sorted(entries.items()) if each.result and (each.marks or name in notes)]
    return [each for each in touched if notes.get(each.hand_in) != _note(out, each)]


def draw(out: Path, entry: Entry) -> str:
    """Draw and write the reports of one hand-in with its marks; tells what could not be made, or nothing."""
    from grader.exports.json import from_json

    result = marked(from_json(entry.result), entry.marks)
    task = Task(entry.hand_in, out / entry.hand_in, out / entry.hand_in)
    files, notice = drawn(result, "", _formats(task.folder), _own(out, task.id))
    write_files(task, files)
    if not notice:
        notes = {**_notes(out), task.id: _note(out, entry)}
        write(out / OBSERVED / NOTES, json.dumps(notes, indent=0, sort_keys=True) + "\n", private=True)
    return f"{task.id}: {notice}" if notice else ""


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


def _formats(folder: Path) -> frozenset[Format]:
    """The reports that lie there, without PDF where it cannot be made; HTML where there are none."""
    from grader.report import pdf_problem

    there = {name for name, file in FILES.items() if name != "json" and (folder / file).is_file()}
    return frozenset(there - {"pdf"} if pdf_problem() else there) or frozenset({"html"})


def _own(out: Path, id_: str) -> dict[str, Own]:
    """What the student wrote, as the run kept it."""
    from grader.own import from_json

    file = own_file(out, id_)
    return from_json(file.read_text("utf-8")) if file.is_file() else {}
