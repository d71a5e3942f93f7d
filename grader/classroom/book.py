"""The gradebook of a folder of results, and what lies beside it to judge again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch import OBSERVED, Outcome
from grader.errors import GraderError
from grader.gradebook import FILE, MISSING, Attempt, is_available, open_book
from grader.writing import write

if TYPE_CHECKING:
    from grader.gradebook.book import Book
    from grader.grading import Key

__all__ = ["asked_before", "attempt", "open_for", "opened", "write_asked"]

ASKED = "asked.json"


def open_for(out: Path, named: str | None) -> Book | None:
    """The gradebook to record in; none where nobody named one and its libraries are not installed."""
    if named is None and not is_available():
        return None
    out.mkdir(parents=True, exist_ok=True)
    return open_book(named or out / FILE)


def opened(out: Path, named: str | None) -> Book:
    """The gradebook that a run left.

    Raises:
        GraderError: there is none.
    """
    if named is None and not (out / FILE).is_file():
        missing = "" if is_available() else f"{MISSING}. Then type the same once more: "
        raise GraderError(f"{out}: there is no {FILE} here. {missing}`grader batch … -o {out}` makes it.")
    return open_book(named or out / FILE)


def attempt(assignment: str, outcome: Outcome, why: str) -> Attempt:
    """What the gradebook keeps of an outcome."""
    return Attempt(
        assignment,
        outcome.task.id,
        outcome.told,
        outcome.score,
        outcome.complete,
        outcome.problem,
        outcome.digests,
        why,
    )


def write_asked(out: Path, key: Key) -> None:
    """Keep what was asked, by sizes and criterion: whoever judges again has to ask the same."""
    asked = {size: {id_: each.asked for id_, each in seen.criteria.items()} for size, seen in key.expected.items()}
    write(out / OBSERVED / ASKED, json.dumps(asked, indent=1) + "\n", private=True)


def asked_before(out: Path) -> Mapping[str, Mapping[str, str]]:
    """What `write_asked` wrote.

    Raises:
        GraderError: it did not.
    """
    try:
        told = json.loads((out / OBSERVED / ASKED).read_text("utf-8"))
        return {str(size): {str(id_): str(one) for id_, one in each.items()} for size, each in told.items()}
    except (OSError, ValueError, AttributeError):
        raise GraderError(f"{out}: no observations are kept here, so nothing can be judged again; grade it.") from None
