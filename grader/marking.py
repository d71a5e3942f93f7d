"""What waits for a person: each question with its model answer, and below it what every hand-in wrote.

No result holds any of it, so that nothing made for students can show a model answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks import Reading
from grader.grading import Key
from grader.model import Question, Result, Waiting
from grader.rubric import Criterion, Rubric

__all__ = ["questions", "waiting"]


def waiting(rubric: Rubric, result: Result, files: Mapping[str, bytes]) -> tuple[Waiting, ...]:
    """What one hand-in wrote where a person has to mark it."""
    judged = {criterion.id: criterion for section in result.sections for criterion in section.criteria}
    return tuple(
        Waiting(result.submission["id"], each.id, *each.check.shown(each.check.read(files)), judged[each.id].findings)
        for each in rubric.criteria
        if isinstance(each.check, Reading) and each.id in judged and judged[each.id].verdict == "manual"
    )


def questions(key: Key, answers: Sequence[Waiting]) -> tuple[Question, ...]:
    """The questions to which there are answers to mark, in the order of the rubric."""
    found = {criterion.id: [each for each in answers if each.criterion == criterion.id] for criterion in _read(key)}
    return tuple(_question(criterion, key, found[criterion.id]) for criterion in _read(key) if found[criterion.id])


def _read(key: Key) -> list[Criterion]:
    return [criterion for criterion in key.rubric.criteria if isinstance(criterion.check, Reading)]


def _question(criterion: Criterion, key: Key, answers: Sequence[Waiting]) -> Question:
    assert isinstance(criterion.check, Reading)
    seen = next(iter(key.expected.values())).criteria[criterion.id]  # texts are the same at every size
    model_answer, levels = criterion.check.guide(seen.values)
    return Question(
        criterion.id, criterion.title, criterion.points, criterion.description, model_answer, levels, tuple(answers)
    )
