"""What earlier runs left in a folder of results, and for which hand-ins it still holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.files import OBSERVED
from grader.batch.nouns import FILES, Graded, Outcome, Plan, Task, Work, outcome_of
from grader.errors import GraderError
from grader.kept import Kept

if TYPE_CHECKING:
    from grader.rubric import Rubric

__all__ = ["Before"]


class Before:
    """The results in a folder, by a digest of the hand-in and of all else that decides on them."""

    def __init__(self, out: Path, plan: Plan, rubric: Rubric) -> None:
        self._plan, self._rubric = plan, rubric
        self._kept = Kept("results", out / OBSERVED)

    def any(self) -> bool:
        """Whether anything is kept here at all."""
        return self._kept.folder.is_dir()

    def keep(self, work: Work, graded: Graded) -> None:
        """Take note of a result whose files are written: it need not be worked out again."""
        outcome = graded.outcome
        if outcome.problem or work.told or "json" not in graded.files:
            return
        told = {"result": _digest(graded.files["json"]), "observations": outcome.digests.get("observations", "")}
        self._kept.put(self._name(work), told)

    def look(self, work: Work) -> Outcome | Work:
        """What is known of this hand-in already: its outcome, or the work that is left to do."""
        kept = self._kept.get(self._name(work))
        told = self._told(work.task, str(kept.get("result"))) if kept else None
        if kept is None or told is None:
            return work
        if all((work.task.folder / FILES[name]).is_file() for name in self._plan.formats):
            return self._outcome(work, told, str(kept.get("observations", "")))
        return replace(work, told=told)

    def _name(self, work: Work) -> str:
        return _digest(json.dumps([work.task.id, work.submission.digest, self._plan.id]).encode())

    def _told(self, task: Task, digest: str) -> str | None:
        """The result as it was written then; nothing if anybody changed it since."""
        try:
            told = (task.folder / FILES["json"]).read_bytes()
        except OSError:
            return None
        return told.decode() if _digest(told) == digest else None

    def _outcome(self, work: Work, told: str, observations: str) -> Outcome | Work:
        from grader.exports.json import from_json
        from grader.marking import waiting

        try:
            result = from_json(told)
        except GraderError:
            return work
        outcome = outcome_of(work.task, result, observations, told)
        return replace(outcome, waiting=waiting(self._rubric, result, work.files), unchanged=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
