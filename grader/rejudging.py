"""Judge again what was observed, with another rubric; no hand-in's code runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.again import judge_again
from grader.bank import Bank
from grader.feedback import explain
from grader.grading import Key, judge
from grader.model import Result, Score, Submission
from grader.observed import Seen

__all__ = ["Change", "change", "rejudge", "unobserved"]


@dataclass(frozen=True, slots=True)
class Change:
    """What judging again makes of one hand-in's score, and of which criteria's points."""

    hand_in: str
    before: Score
    after: Score
    criteria: Mapping[str, tuple[float | None, float | None]]  # by id: before and after, where they differ

    @property
    def difference(self) -> float:
        """By how many points the score moves."""
        return round((self.after.given or 0.0) - (self.before.given or 0.0), 4)


def unobserved(key: Key, asked: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The criteria of this key that ask what hand-ins were not asked, in the rubric's order."""
    return [
        criterion.id
        for criterion in key.rubric.criteria
        if any(
            seen.criteria[criterion.id].asked != asked[size].get(criterion.id)
            for size, seen in key.expected.items()
            if size in asked
        )
    ]


def rejudge(before: Result, seen: Seen, key: Key, bank: Bank | None) -> Result:
    """The result of the same observations by this key; `bank` names known mistakes where the course has some."""
    told = before.submission
    submission = Submission(told["id"], Path(), told["digest"], tuple(told["files"]), tuple(told["ignored"]))
    result = judge(key, submission, seen.observations)
    if seen.observations.signature and bank:
        result = explain(result, seen.observations, bank, key.seed)
    return judge_again(result, seen.observations.size, seen.again, key)


def change(before: Result, after: Result) -> Change:
    """What became of one hand-in."""
    old, new = _points(before), _points(after)
    differing = {id_: (old.get(id_), new.get(id_)) for id_ in {**old, **new} if old.get(id_) != new.get(id_)}
    return Change(str(after.submission["id"]), before.score, after.score, differing)


def _points(result: Result) -> dict[str, float | None]:
    return {criterion.id: criterion.score.given for section in result.sections for criterion in section.criteria}
