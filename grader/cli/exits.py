"""Exit codes, and which one a run ends with."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model import Score

__all__ = ["BELOW", "GRADED", "INTERRUPTED", "UNGRADED", "WRONG_INPUT", "exit_code"]

GRADED = 0
BELOW = 1
WRONG_INPUT = 2  # click's own
UNGRADED = 3
INTERRUPTED = 130  # as shells have it


def exit_code(scores: Iterable[Score], complete: bool, fail_under: float | None) -> int:
    """The code for these scores; what is not graded weighs more than what is below `fail_under` percent."""
    if not complete:
        return UNGRADED
    if fail_under is not None and any(score.percent < fail_under for score in scores):
        return BELOW
    return GRADED
