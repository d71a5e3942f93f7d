"""What goes into a gradebook and comes out of it: frozen values that know no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.errors import GraderError
from grader.model import Score

__all__ = ["Attempt", "Conflict", "Entry", "Event", "Given", "Mark", "Phrase"]


class Conflict(GraderError):
    """Somebody else marked the same criterion meanwhile."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One grading of one hand-in, whether it came to a result or not."""

    assignment: str  # the rubric's id
    hand_in: str
    result: str = ""  # as JSON; empty where there is none
    score: Score = Score(None, 0.0)
    complete: bool = False
    problem: str = ""  # why there is no result
    digests: Mapping[str, str] = field(default_factory=dict)  # of the submission, the rubric, the observations
    why: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives for one criterion."""

    hand_in: str
    criterion: str
    points: float | None  # None takes back what was given
    comment: str = ""  # the student reads it
    why: str = ""  # only the audit trail has it; an override needs it
    version: int = 0  # of the mark that the person saw; 0 where there was none
    graded: float | None = None  # what the grader gave, for the history of a first mark


@dataclass(frozen=True, slots=True)
class Mark:
    """What was given for one criterion, and by whom."""

    criterion: str
    points: float | None
    comment: str
    by: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands of one hand-in."""

    hand_in: str
    result: str  # as JSON; empty where no attempt came to one
    marks: Mapping[str, Mark]  # by criterion
    newer: str = ""  # what became of a later attempt that does not stand


@dataclass(frozen=True, slots=True)
class Phrase:
    """A comment that markers use again."""

    id: int
    criterion: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail."""

    at: datetime
    by: str
    what: str  # graded, kept (an attempt that does not stand), marked, contested, settled
    hand_in: str
    criterion: str
    before: float | None
    after: float | None
    why: str
    comment: str = ""  # of the mark, as it was given
