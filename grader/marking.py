"""What waits for a person: each question with its model answer, and below it what every hand-in wrote.

No result holds any of it, so that nothing made for students can show a model answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.checks import Reading
from grader.grading import Key
from grader.model import Question, Result, Values, Waiting
from grader.observed.expected import kept
from grader.rubric import Criterion, Rubric, reference_files

__all__ = ["guided", "questions", "waiting"]


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
    seen = next(iter(key.expected.values())).criteria  # texts are the same at every size
    read = _read(key.rubric)
    found = {criterion.id: [each for each in answers if each.criterion == criterion.id] for criterion in read}
    return tuple(
        _question(criterion, seen[criterion.id].values, found[criterion.id])
        for criterion in read
        if found[criterion.id]
    )


def guided(rubric: Rubric) -> dict[str, Question]:
    """By criterion: the question with what only the marker may see. It reads the reference's texts and runs nothing."""
    given = kept(rubric.reference)
    if given is not None:
        seen = next(iter(given.values())).criteria
        return {each.id: _question(each, seen[each.id].values, ()) for each in _read(rubric) if each.id in seen}
    files = reference_files(rubric.reference)
    return {
        each.id: _question(each, each.check.read(files), ())
        for each in _read(rubric)
        if isinstance(each.check, Reading)
    }


def _read(rubric: Rubric) -> list[Criterion]:
    return [criterion for criterion in rubric.criteria if isinstance(criterion.check, Reading)]


def _question(criterion: Criterion, seen: Values, answers: Sequence[Waiting]) -> Question:
    assert isinstance(criterion.check, Reading)
    model_answer, levels = criterion.check.guide(seen)
    return Question(
        criterion.id, criterion.title, criterion.points, criterion.description, model_answer, levels, tuple(answers)
    )
