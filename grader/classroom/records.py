"""What a run leaves beside the reports: summary.csv with all scores, and run.json, from which it can be repeated."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from grader.batch import FILES, Format, Outcome, Task
from grader.classroom.results import RUN, run_of
from grader.errors import GraderError
from grader.rubric import Rubric
from grader.sheets.cells import cell
from grader.writing import write

__all__ = ["Run", "refuse_another", "seed_of", "status", "summary", "summary_csv", "versions"]

PACKAGES = ("dlgrader", "numpy", "pydantic", "weasyprint")


@dataclass
class Run:
    """One run, growing as its hand-ins are done."""

    out: Path
    rubric: Rubric
    seed: int
    sandbox: str
    data: Mapping[str, Path | None]
    formats: Sequence[Format]
    tasks: Sequence[Task]
    done: dict[str, Outcome] = field(default_factory=dict)
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def add(self, outcome: Outcome) -> None:
        """Take note of one hand-in."""
        self.done[outcome.task.id] = outcome

    @property
    def files(self) -> list[str]:
        """What is written for each hand-in."""
        return [FILES[name] for name in self.formats]

    @property
    def outcomes(self) -> list[Outcome]:
        """What is done, in the order of the command line."""
        return [self.done[task.id] for task in self.tasks if task.id in self.done]

    @property
    def complete(self) -> bool:
        """Whether every hand-in is graded, with nothing left open."""
        return len(self.done) == len(self.tasks) and all(outcome.complete for outcome in self.outcomes)

    def write(self) -> None:
        """Write run.json, for the instructor's eyes, and summary.csv."""
        write(self.out / RUN, json.dumps(self._told(), indent=2, ensure_ascii=False) + "\n", private=True)
        ids = [criterion.id for criterion in self.rubric.criteria]
        write(self.out / "summary.csv", summary_csv(ids, self.outcomes), private=True)

    def _told(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "rubric": {"id": self.rubric.id, "path": str(self.rubric.path), "digest": self.rubric.digest},
            "sandbox": self.sandbox,
            "data": {name: str(path) if path else "built in" for name, path in self.data.items()},
            "arguments": sys.argv[1:],
            "started": self.started,
            "versions": versions(),
            "hand_ins": [summary(outcome) for outcome in self.outcomes],
            "open": [task.id for task in self.tasks if task.id not in self.done],
        }


def refuse_another(out: Path, rubric: Rubric) -> None:
    """Keep the results of one rubric from taking the place of another's.

    Raises:
        GraderError: that is what they would do.
    """
    try:
        there = run_of(out)["rubric"]["id"]
    except (KeyError, TypeError):
        return
    if there != rubric.id:
        raise GraderError(
            f"{out}: holds results of {there!r}, and these would be of {rubric.id!r} and take their place. "
            "Name another folder with -o."
        )


def summary_csv(ids: Sequence[str], outcomes: Sequence[Outcome]) -> str:
    """A row for each hand-in, with the points of these criteria."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["hand_in", "status", "score", "maximum", "percent", *ids])
    for outcome in outcomes:
        share = "" if outcome.score.given is None else round(outcome.score.percent, 2)
        points = ["" if (given := outcome.criteria.get(id_)) is None else given for id_ in ids]
        score = "" if outcome.score.given is None else outcome.score.given
        row = [cell(outcome.task.id), status(outcome), score, outcome.score.maximum, share]
        table.writerow([*row, *points])
    return text.getvalue()


def seed_of(out: Path) -> int:
    """The seed of the run that left its results there.

    Raises:
        GraderError: there is no such run.
    """
    if not (out / RUN).exists():
        raise GraderError(f"{out}: there is no run to continue; leave --continue out.")
    try:
        return int(run_of(out)["seed"])
    except (KeyError, TypeError, ValueError):
        raise GraderError(f"{out / RUN}: cannot be read, so the run cannot be continued.") from None


def status(outcome: Outcome) -> str:
    """In a word or two: graded, to mark (by a person), partly (something in it is not decided), or not graded."""
    if outcome.problem or not outcome.complete:
        return "not graded" if outcome.problem else "partly"
    return "to mark" if outcome.verdicts.get("manual") else "graded"


def summary(outcome: Outcome) -> dict[str, Any]:
    """One hand-in in a few plain values."""
    return {
        "id": outcome.task.id,
        "path": str(outcome.task.path),
        "status": status(outcome),
        "score": {"given": outcome.score.given, "maximum": outcome.score.maximum},
        "verdicts": dict(outcome.verdicts),
        "integrity": list(outcome.integrity),
        "problem": outcome.problem or outcome.notice,
        "seconds": round(outcome.seconds, 3),
    }


def versions() -> dict[str, str]:
    """Of Python and of the packages that results depend on."""
    found = {"python": sys.version.split()[0]}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
