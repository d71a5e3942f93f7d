"""What a recognised mistake tells the student, and what it leaves of the points.

A mistake is named only where it explains what was seen exactly. Where it alone is what is wrong with a criterion, it
leaves the share of the points that the course gives for it. Where nothing else is wrong with a hand-in, a criterion
that fails only because of it is given the rubric's carried share, so that one slip is not paid for five times. Where
nothing came back, nothing is left either: a function that forgets its return and one that was never written look the
same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.diagnosis.match import Match
from grader.mistakes import Mistake
from grader.mistakes.bank import Bank
from grader.model import CriterionResult, Finding, Observations, Result, Score, SectionResult, Status

__all__ = ["explain"]

_EVIDENCE = 2  # findings that stay below a name: they show what was seen, and more of them say no more
_LOST = frozenset({"failed", "partial", "error"})


def explain(result: Result, seen: Observations, bank: Bank, seed: int) -> Result:
    """The result with the mistakes that were recognised named first, and what they leave of the points.

    Args:
        seed: that of the run, on whose inputs a recognised mistake has to show as well.
    """
    criteria = [criterion for section in result.sections for criterion in section.criteria]
    lost = {criterion.id for criterion in criteria if criterion.verdict in _LOST}
    if not lost:
        return result
    unjudged = {criterion.id for criterion in criteria if criterion.verdict == "skipped"}
    found = bank.recognise(seen, seed, lost, unjudged)
    named = [bank.mistakes[name] for name in found.names]
    without = frozenset(criterion.id for criterion in bank.rubric.criteria if not criterion.credit)
    mistakes = [each for each in named if not each.harmless]
    silent = {criterion.id for criterion in criteria if criterion.verdict == "error"}
    carried = 0.0 if any(_is_silent(each, lost, silent) for each in mistakes) else bank.rubric.carried
    blind = frozenset(criterion.id for criterion in bank.rubric.criteria if not criterion.check.FOLLOWS)
    case = _Case(found, mistakes, bank.mistakes, carried, without | silent, blind)
    sections = tuple(_section(section, case) for section in result.sections)
    remarks = tuple(Finding(f"mistake:{each.id}", f"{each.title}.", each.hint) for each in named if each.harmless)
    score = replace(result.score, given=_sum([section.score for section in sections]))
    return replace(result, sections=sections, score=score, remarks=(*result.remarks, *remarks))


def _is_silent(mistake: Mistake, lost: Collection[str], silent: Collection[str]) -> bool:
    """Whether nothing at all came back where the mistake itself is looked at."""
    own = set(mistake.criteria) & set(lost)
    return bool(own) and own <= set(silent)


@dataclass(frozen=True)
class _Case:
    """What was recognised in one hand-in."""

    found: Match
    mistakes: Sequence[Mistake]
    known: Mapping[str, Mistake]
    carried: float
    without: frozenset[str]  # criteria that a recognised mistake leaves no points of
    blind: frozenset[str]  # criteria of which nobody knows whether a mistake made elsewhere explains them


def _section(section: SectionResult, case: _Case) -> SectionResult:
    criteria = tuple(_criterion(criterion, case) for criterion in section.criteria)
    given = _sum([criterion.score for criterion in criteria])
    return replace(section, criteria=criteria, score=replace(section.score, given=given))


def _criterion(criterion: CriterionResult, case: _Case) -> CriterionResult:
    if criterion.verdict not in _LOST or not case.mistakes:
        return criterion
    own = [mistake for mistake in case.mistakes if criterion.id in mistake.criteria]
    if own:
        alone = len(own) == 1 and criterion.id not in case.found.open
        share = own[0].credit if alone and criterion.id not in case.without else 0.0
        return _given(criterion, share, [_named(mistake, case) for mistake in own], "You keep")
    if case.found.exact and criterion.id not in case.blind:
        causes = [each for each in case.mistakes if criterion.id in case.found.reach.get(each.id, ())] or case.mistakes
        titles = " and ".join(f"“{mistake.title}”" for mistake in causes)
        ids = "+".join(mistake.id for mistake in causes)
        follows = Finding(f"follows:{ids}", f"This follows from {titles} and from nothing else.", "Fix that first.")
        share = 0.0 if criterion.id in case.without else case.carried
        return _given(criterion, share, [follows], "You keep")
    return criterion


def _named(mistake: Mistake, case: _Case) -> Finding:
    others = [case.known[name].title for name in case.found.others.get(mistake.id, ())]
    alike = f" Or, which looks the same from outside: {'; '.join(others)}." if others else ""
    return Finding(f"mistake:{mistake.id}", f"{mistake.title}.{alike}", mistake.hint)


def _given(criterion: CriterionResult, share: float, first: Sequence[Finding], words: str) -> CriterionResult:
    """The criterion with these findings first, and with this share of its points if that is more than it has."""
    maximum, had = criterion.score.maximum, criterion.score.given or 0.0
    given, verdict = had, criterion.verdict
    if round(share * maximum, 2) > had:
        given = round(share * maximum, 2)
        verdict = _verdict(given, maximum)
        first = [replace(first[0], message=f"{first[0].message} {words} {share:.0%} of the points."), *first[1:]]
    read = criterion.findings[0].read if criterion.findings else ""
    evidence = (replace(each, hint="") for each in criterion.findings[:_EVIDENCE])  # the name's own hint says more
    findings = (*(replace(each, read=read) for each in first), *evidence)
    return replace(criterion, verdict=verdict, score=Score(given, maximum), findings=findings)


def _verdict(given: float, maximum: float) -> Status:
    return "passed" if given >= maximum else "partial" if given > 0 else "failed"


def _sum(scores: Sequence[Score]) -> float | None:
    given = [score.given for score in scores if score.given is not None]
    return round(sum(given), 2) if given else None
