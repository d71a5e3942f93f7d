"""Reports and tables with the marks that people gave, in the place of the run's; result.json stays the grader's own."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from grader.batch import FILES, OBSERVED, Format, Outcome, Task, outcome_of
from grader.batch.files import drawn, formats_there, kept_own, write_files
from grader.errors import GraderError
from grader.gradebook import Entry, marked
from grader.writing import write

__all__ = ["Published", "publish", "publish_marks", "unpublished"]

NOTES = "published.json"
FEW = 6  # reports for which no process is started
MOST = 8  # processes


@dataclass(frozen=True)
class Published:
    """How many reports were written anew, and what could not be made."""

    reports: int
    problems: tuple[str, ...]


def publish_marks(out: str | Path, *, book: str | None = None) -> Published:
    """Write the reports of a folder of results anew with the marks of people, as far as they changed, and its tables.

    Args:
        book: the gradebook, a file or URL; by default the folder's own.

    Raises:
        GraderError: there is no gradebook.
    """
    from grader.classroom.marks import standing_entries

    reports, problems = publish(Path(out), standing_entries(out, book), book, lambda done, count: None)
    return Published(reports, tuple(problems))


def publish(
    out: Path, entries: Mapping[str, Entry], named: str | None, advance: Callable[[int, int], None]
) -> tuple[int, list[str]]:
    """Draw anew what changed, and write the tables of the class; how many reports, and what could not be made."""
    from grader.classroom.statistics import usual, write_statistics

    changed = unpublished(out, entries)
    problems = []
    advance(0, len(changed))
    with closing(_draw(out, changed)) as drawn:
        for done, problem in enumerate(drawn, 1):
            problems.append(problem)
            advance(done, len(changed))
    _write_summary(out, entries)
    formats = usual(pdf=(out / "class.pdf").is_file())
    try:
        problems += write_statistics(out, formats, book=named).problems
    except GraderError as error:
        problems.append(str(error))
    return len(changed), [problem for problem in problems if problem]


def unpublished(out: Path, entries: Mapping[str, Entry]) -> list[Entry]:
    """The hand-ins that have marks, or had, and whose reports do not show what stands now."""
    notes = _notes(out)
    touched = [each for name, each in sorted(entries.items()) if each.result and (each.marks or name in notes)]
    return [each for each in touched if notes.get(each.hand_in) != _note(out, each)]


def _draw(out: Path, entries: Sequence[Entry]) -> Generator[str, None, None]:
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


def _write_summary(out: Path, entries: Mapping[str, Entry]) -> None:
    """summary.csv as the run wrote it, with the marks."""
    from grader.classroom.records import summary_csv
    from grader.exports.json import from_json

    results = {name: marked(from_json(each.result), each.marks) for name, each in entries.items() if each.result}
    if not results:
        return
    ids = list(dict.fromkeys(c.id for result in results.values() for s in result.sections for c in s.criteria))
    outcomes = [_outcome(out, told, results) for told in _hand_ins(out) or [{"id": name} for name in results]]
    write(out / "summary.csv", summary_csv(ids, outcomes), private=True)


def _hand_ins(out: Path) -> list[dict[str, Any]]:
    """The hand-ins as the run told of them, in its order."""
    from grader.classroom.results import run_of

    try:
        return [dict(each) for each in run_of(out)["hand_ins"]]
    except (KeyError, TypeError, ValueError):
        return []


def _outcome(out: Path, told: Mapping[str, Any], results: Mapping[str, Any]) -> Outcome:
    name = str(told["id"])
    task = Task(name, Path(str(told.get("path", ""))), out / name)
    return outcome_of(task, results[name]) if name in results else Outcome(task, problem=str(told.get("problem", "")))
