"""The instructor's faults, printed without a traceback, and what a student's code can do to a request."""

from __future__ import annotations

from grader.model import Failure


class GraderError(Exception):
    """Something the instructor or the machine has to mend. The message says what, where, and what to try."""


class RubricError(GraderError):
    """The rubric cannot be used. The message lists every problem, one per line."""


class IntakeError(GraderError):
    """The hand-in cannot be read: not there, not an archive, too large, or nothing in it."""


class DataError(GraderError):
    """A data set is missing, truncated or not what its name says."""


class SandboxError(GraderError):
    """No worker could be started with the sandbox that was asked for."""


class StudentError(Exception):
    """A request to the student's code did not come to an answer; `failure` says whose fault and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
