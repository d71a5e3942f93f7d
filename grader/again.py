"""Judge once more with the reference's helpers in the place of wrong ones, so that a helper costs its own points only.

The reference never enters the hand-in's sandbox. There a stand-in sends what it was called with to the grader, which
asks the reference in a worker of its own and sends the answer back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from grader.checks import GONE
from grader.driver import read_driver
from grader.errors import StudentError
from grader.grading import Key, judge_one, observe_one
from grader.model import CriterionResult, Finding, Observation, Result, Score, SectionResult, Verdict
from grader.rubric import Criterion, Rubric, reference_files
from grader.sandbox.base import Sandbox
from grader.session import Limits, Session

__all__ = ["Helpers", "judge_again", "look_again", "once_more"]

_LIMITS = Limits(request=2.0, total=86_400.0)
_LOST = frozenset({"failed", "partial", "error"})


class Helpers:
    """The reference's own helpers; their worker starts when the first of them is called."""

    def __init__(self, rubric: Rubric, sandbox: Sandbox) -> None:
        self.rubric = rubric
        self._sandbox = sandbox
        self._session = self._open()

    def call(self, name: str, *arguments: Any) -> Any:
        """What the reference's helper gives.

        Raises:
            StudentError: it cannot work on these arguments.
        """
        try:
            return self._session.student().call(name, *arguments)
        except StudentError as error:
            if error.failure.code in GONE:  # what one hand-in asked may not be held against the next one
                self.close()
                self._session = self._open()
            raise

    def prepare(self) -> None:
        """Let their worker come up while others do."""
        self._session.prepare()

    def prepare_for(self, result: Result) -> None:
        """The same, if one of them may be asked in a second look at this result."""
        if _blamed(result, self.rubric):
            self.prepare()

    def _open(self) -> Session:
        driver = read_driver(self.rubric.driver)
        return Session(reference_files(self.rubric.reference), driver, self._sandbox, _LIMITS)

    def close(self) -> None:
        """End the worker."""
        self._session.close()


def once_more(
    result: Result,
    size: str,
    files: Mapping[str, bytes],
    key: Key,
    sandbox: Sandbox,
    helpers: Helpers,
    limits: Limits = Limits(),
) -> Result:
    """The result, in which what failed only because of a wrong helper has the points that it earns with a right one.

    Args:
        size: the name of the sizes at which the hand-in was judged.
    """
    return judge_again(result, size, look_again(result, size, files, key, sandbox, helpers, limits), key)


def look_again(
    result: Result,
    size: str,
    files: Mapping[str, bytes],
    key: Key,
    sandbox: Sandbox,
    helpers: Helpers,
    limits: Limits = Limits(),
) -> Mapping[str, Observation]:
    """What is seen with the reference's helpers, of each criterion that failed and uses a wrong one."""
    wrong = _blamed(result, key.rubric)
    names = {helper.check.helper() for each in wrong.values() for helper in each}
    if not names:
        return {}
    stand_ins = {name: partial(helpers.call, name) for name in sorted(names)}
    helpers.prepare()
    seen: dict[str, Observation] = {}
    with Session(files, read_driver(key.rubric.driver), sandbox, limits, stand_ins=stand_ins) as session:
        for criterion in (each for each in key.rubric.criteria if each.id in wrong):
            setting = replace(key.setting(size).named(criterion.id), limits={"training": limits.training}, hurried=True)
            seen[criterion.id] = observe_one(criterion, session, setting)
    return seen


def judge_again(result: Result, size: str, seen: Mapping[str, Observation], key: Key) -> Result:
    """The result with what this second look earns; nothing runs here."""
    wrong = _blamed(result, key.rubric)
    lost = {each.id: each for section in result.sections for each in section.criteria if each.id in wrong}
    better = {
        each.id: _better(lost[each.id], judge_one(each, key, seen[each.id], size), wrong[each.id])
        for each in key.rubric.criteria
        if each.id in wrong and each.id in seen
    }
    return _with(result, better) if better else result


def _blamed(result: Result, rubric: Rubric) -> dict[str, list[Criterion]]:
    """The criteria that lost points, each with the wrong helpers that it uses; those that use none are left out."""
    lost = {each.id for section in result.sections for each in section.criteria if each.verdict in _LOST}
    wrong = {each.id: _wrong(each, lost, rubric) for each in rubric.criteria if each.id in lost}
    return {id_: helpers for id_, helpers in wrong.items() if helpers}


def _wrong(criterion: Criterion, lost: Collection[str], rubric: Rubric) -> list[Criterion]:
    """The criteria of the helpers that this one uses and that lost points themselves."""
    return [each for each in rubric.criteria if each.id in criterion.uses and each.id in lost]


def _better(before: CriterionResult, verdict: Verdict, wrong: Sequence[Criterion]) -> CriterionResult:
    """The criterion as judged once more if that gives more points, and as it was otherwise."""
    given = round(before.score.maximum * (verdict.fraction or 0.0), 2)
    if verdict.fraction is None or given <= (before.score.given or 0.0):
        return before
    titles = " and ".join(f"“{each.title}”" for each in wrong)
    rest = "nothing else is wrong here" if verdict.status == "passed" else "what is left is this"
    told = f"Judged once more, with correct code in the place of yours for {titles}: {rest}."
    first = Finding("judged-once-more", told)
    read = before.findings[0].read if before.findings else ""
    findings = tuple(replace(each, read=each.read or read) for each in (first, *verdict.findings))
    return replace(
        before,
        verdict=verdict.status,
        score=Score(given, before.score.maximum),
        findings=findings,
        curves=verdict.curves,
        tables=verdict.tables,
    )


def _with(result: Result, better: Mapping[str, CriterionResult]) -> Result:
    sections = tuple(_section(section, better) for section in result.sections)
    given = [section.score.given for section in sections if section.score.given is not None]
    return replace(result, sections=sections, score=replace(result.score, given=round(sum(given), 2)))


def _section(section: SectionResult, better: Mapping[str, CriterionResult]) -> SectionResult:
    criteria = tuple(better.get(each.id, each) for each in section.criteria)
    given = [each.score.given for each in criteria if each.score.given is not None]
    total = round(sum(given), 2) if given else None
    return replace(section, criteria=criteria, score=replace(section.score, given=total))
