"""What is handed around when a class is graded: frozen values that another process or machine can be sent."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.model import Result, Score, Status, Submission, Waiting

if TYPE_CHECKING:
    from grader.grading import Key
    from grader.intake import Intake
    from grader.sandbox import Sandbox

__all__ = ["FILES", "Engine", "Format", "Grade", "Graded", "Outcome", "Plan", "Task", "Work", "outcome_of", "plan"]

Format = Literal["json", "html", "pdf"]
FILES: Mapping[Format, str] = {"html": "report.html", "pdf": "report.pdf", "json": "result.json"}


@dataclass(frozen=True, slots=True)
class Task:
    """One hand-in, and the folder for what is written about it."""

    id: str
    path: Path
    folder: Path
    take: Callable[[], Intake] | None = field(default=None, compare=False)  # where the path alone does not tell


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same for every hand-in of a run."""

    key: bytes  # pickled once, without the data sets in `data`: each process reads those itself
    data: Mapping[str, Path | None]
    sandbox: str
    formats: frozenset[Format]
    id: str = ""  # a digest of all that decides on results, apart from the hand-in
    course: Mapping[str, bytes] = field(default_factory=dict)  # its own files, for whoever has not this disk
    bank: bytes = b""  # likewise: the known mistakes, pickled
    pictures: bool = False  # whether reports show what students drew


@dataclass(frozen=True, slots=True)
class Work:
    """A hand-in on its way to be graded, with all that it holds; or one that has a result, to draw reports of."""

    task: Task
    submission: Submission
    files: Mapping[str, bytes]
    told: str = ""  # the result it has, as JSON
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # for the report


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one hand-in; `problem` says why there is no result."""

    task: Task
    score: Score = Score(None, 0.0)
    verdicts: Mapping[Status, int] = field(default_factory=dict)
    criteria: Mapping[str, float | None] = field(default_factory=dict)  # points by criterion id
    integrity: tuple[str, ...] = ()
    complete: bool = False
    decided: Score = Score(None, 0.0)  # the score without what waits for a person
    waiting: tuple[Waiting, ...] = ()  # what a person has to mark
    seconds: float = 0.0
    notice: str = ""  # what could not be written
    problem: str = ""
    told: str = ""  # the result as JSON, for the gradebook; whoever keeps outcomes drops it
    digests: Mapping[str, str] = field(default_factory=dict)  # of the submission, the rubric, the observations
    unchanged: bool = False  # taken over from an earlier run


@dataclass(frozen=True, slots=True)
class Graded:
    """What comes back of one work: the outcome, and the contents of the files to write."""

    outcome: Outcome
    files: Mapping[Format, bytes] = field(default_factory=dict)
    observed: bytes | None = None  # None where it is too large to keep
    own: str = ""  # what the student wrote and drew, as JSON, where the report shows it


Grade = Callable[[Work, Plan], Graded]
Engine = Callable[[Iterable[Work], Plan], Generator[Graded, None, None]]
"""Grades works somewhere, in any order; closing it ends what is under way."""


def plan(key: Key, data: Mapping[str, Path | None], sandbox: Sandbox, formats: Iterable[Format]) -> Plan:
    """The plan of a run with this key."""
    from grader.versions import deciding

    id_ = deciding(key, data, sandbox.name)
    pictures = any(section.own for section in key.rubric.sections)
    pickled = pickle.dumps(replace(key, data={}))
    return Plan(pickled, dict(data), sandbox.name, frozenset(formats), id_, pictures=pictures)


def outcome_of(task: Task, result: Result, observations: str = "", told: str = "") -> Outcome:
    """What is told of a result; `observations` is the digest of the file that keeps them."""
    from grader.exports.json import to_json

    criteria = [criterion for section in result.sections for criterion in section.criteria]
    return Outcome(
        task,
        result.score,
        Counter(criterion.verdict for criterion in criteria),
        {criterion.id: criterion.score.given for criterion in criteria},
        result.integrity,
        result.complete,
        result.decided,
        told=told or to_json(result),
        digests={
            "submission": str(result.submission.get("digest", "")),
            "rubric": str(result.rubric.get("digest", "")),
            "observations": observations,
        },
    )
