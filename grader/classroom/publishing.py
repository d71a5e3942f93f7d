"""What `grader marks publish` and the button of `grader review` do: reports and tables with the marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.batch import Outcome
    from grader.gradebook import Entry

__all__ = ["Published", "publish", "publish_marks"]


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
    from grader.publishing import draw, unpublished

    changed = unpublished(out, entries)
    problems = []
    advance(0, len(changed))
    with closing(draw(out, changed)) as drawn:
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


def _write_summary(out: Path, entries: Mapping[str, Entry]) -> None:
    """summary.csv as the run wrote it, with the marks."""
    from grader.batch import write
    from grader.classroom.records import summary_csv
    from grader.exports.json import from_json
    from grader.gradebook import marked

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
    from grader.batch import Outcome, Task, outcome_of

    name = str(told["id"])
    task = Task(name, Path(str(told.get("path", ""))), out / name)
    return outcome_of(task, results[name]) if name in results else Outcome(task, problem=str(told.get("problem", "")))
