"""What a report says in words: the summary, what to do first, and why something has no points yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grader.model import CriterionResult, Finding, Result, Score, SectionResult, Status
from grader.report import text

Audience = Literal["student", "instructor"]
MOST_STEPS = 5
# Sign and word: the state never rests on colour alone.
WORDS: Mapping[Status, tuple[str, str]] = {
    "passed": ("✓", "Passed"),
    "partial": ("½", "Partly"),
    "failed": ("✗", "Failed"),
    "error": ("!", "Error"),
    "skipped": ("–", "Not judged"),
    "manual": ("…", "By hand"),
    "ungraded": ("?", "Undecided"),
}
EXPLANATIONS: Mapping[Status, str] = {
    "skipped": "Not judged, because something that it builds on did not pass.",
    "manual": "A person marks this one; its points will be added.",
    "ungraded": "The grader could not decide this one. It costs you no points: a person will look at it.",
}
# What a student may know of the run. The rest, above all the seed, would help to write a hand-in for this grader only.
STUDENTS_PROVENANCE = ("grader", "version", "sandbox", "reference", "sizes")
LABELS = {"numpy": "NumPy", "sizes": "Model sizes", "reference": "Reference"}
DIGEST = re.compile(r"[0-9a-f]{40,}")  # cut to its first twelve digits, which are enough to compare by eye


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do first: a finding, the criterion that it cost points, and where to read on."""

    section: int  # its number, from 1
    anchor: str
    title: str
    lost: float  # with what `also` lost
    finding: Finding
    more: int  # further findings of the same criterion
    also: tuple[str, ...] = ()  # titles of later criteria that fail at the same place, or with the same words


@dataclass(frozen=True, slots=True)
class Tally:
    """Points of a section or of the whole: given so far, and not decided yet."""

    given: float
    maximum: float
    undecided: float

    @property
    def shown(self) -> str:
        """The given points in words; a dash while nothing is decided."""
        return "–" if self.undecided and self.undecided >= self.maximum else text.points(self.given)

    @property
    def share(self) -> float:
        """The given points as a fraction of the whole."""
        return self.given / self.maximum if self.maximum > 0 else 0.0

    @property
    def undecided_share(self) -> float:
        """The points that are not decided yet as a fraction of the whole."""
        return self.undecided / self.maximum if self.maximum > 0 else 0.0


def tally(score: Score, criteria: Sequence[CriterionResult]) -> Tally:
    """A score with what its criteria still wait for."""
    return Tally(score.given or 0.0, score.maximum, sum(c.score.maximum for c in criteria if c.score.given is None))


def criteria(result: Result) -> list[CriterionResult]:
    """All criteria in their order."""
    return [criterion for section in result.sections for criterion in section.criteria]


def summary(result: Result) -> str:
    """How it went, in one sentence."""
    counts = Counter(criterion.verdict for criterion in criteria(result))
    total = counts.total()
    if not total:
        return "There was nothing to grade."
    if counts["passed"] == total:
        return "The only criterion passed." if total == 1 else f"All {total} criteria passed."
    return (
        f"{counts['passed']} of {text.plural(total, 'criterion', 'criteria')} passed, {text.listing(_others(counts))}."
    )


def still_open(result: Result) -> str:
    """What the score still waits for, or nothing."""
    waiting = tally(result.score, criteria(result)).undecided
    manual = sum(c.score.maximum for c in criteria(result) if c.verdict == "manual" and c.score.given is None)
    parts = [
        f"{text.points(points)} points {words}"
        for points, words in ((manual, "wait for a person"), (waiting - manual, "are not decided yet"))
        if points > 0
    ]
    return f"{text.listing(parts)}." if parts else ""


def first_steps(result: Result, most: int = MOST_STEPS) -> list[Step]:
    """The causes that cost most points, the earliest section first, because later ones often follow from them."""
    steps: dict[str, Step] = {}
    for step in sorted(_steps(result), key=_follows):
        causes = _causes(step.finding)
        cause = next((cause for cause in causes if cause in steps), causes[0])
        first = steps.get(cause)
        steps[cause] = _together(first, step) if first else step
    costly = sorted(steps.values(), key=lambda step: -step.lost)[:most]
    return [step for step in steps.values() if step in costly]


def _steps(result: Result) -> list[Step]:
    return [
        Step(i, anchor(i, j), criterion.title, lost(criterion), _costly(criterion), len(criterion.findings) - 1)
        for i, section in enumerate(result.sections, 1)
        for j, criterion in enumerate(section.criteria, 1)
        if criterion.findings and criterion.verdict in ("failed", "partial", "error") and lost(criterion) > 0
    ]


def _follows(step: Step) -> bool:
    """Whether there is nothing to do here itself: what it is made of or follows from is named before it."""
    return step.finding.code.startswith("follows:") or step.finding.code == "accuracy-too-low"


def _causes(finding: Finding) -> list[str]:
    """What makes two findings one thing to do: a recognised mistake, a place in the code, or the same words."""
    kind, _, mistakes = finding.code.partition(":")
    return mistakes.split("+") if kind in ("mistake", "follows") and mistakes else [finding.where or finding.message]


def _together(first: Step, later: Step) -> Step:
    return replace(first, lost=first.lost + later.lost, also=(*first.also, later.title))


def _costly(criterion: CriterionResult) -> Finding:
    """The finding to name first: remarks cost no points."""
    return next((finding for finding in criterion.findings if finding.code != "remark"), criterion.findings[0])


def behind(result: Result) -> str:
    """How many points wait behind what did not pass, or nothing."""
    skipped = [criterion for criterion in criteria(result) if criterion.verdict == "skipped"]
    waiting = sum(map(lost, skipped))
    if not waiting:
        return ""
    return f"A further {text.points(waiting)} points were not judged, because they build on what did not pass."


def anchor(section: int, criterion: int) -> str:
    """The name by which links find a criterion."""
    return f"s{section}-{criterion}"


def numbered(section: int, title: str) -> str:
    """A section's title after its number; one that brings a number of the assignment's own stays as it is."""
    return title if title[:1].isdigit() else f"{section} · {title}"


def lost(criterion: CriterionResult) -> float:
    """The points that a criterion did not give; none while nobody has decided."""
    given = criterion.score.given
    return 0.0 if given is None else max(criterion.score.maximum - given, 0.0)


def told_once(section: SectionResult) -> tuple[SectionResult, dict[Finding, list[str]]]:
    """The section without what several of its passed criteria are told alike, and that, each with their titles."""
    titles: dict[Finding, list[str]] = {}
    for criterion in section.criteria:
        for finding in criterion.findings if criterion.verdict == "passed" else ():
            titles.setdefault(finding, []).append(criterion.title)
    alike = {finding: told for finding, told in titles.items() if len(told) > 1}
    return replace(section, criteria=tuple(_without(each, alike) for each in section.criteria)), alike


def _without(criterion: CriterionResult, alike: Container[Finding]) -> CriterionResult:
    if criterion.verdict != "passed":
        return criterion
    return replace(criterion, findings=tuple(each for each in criterion.findings if each not in alike))


def page_breaks(sections: Sequence[SectionResult], own: Container[str]) -> list[bool]:
    """Which sections begin a page: the first, and each that says more than its table where another one already did."""
    breaks: list[bool] = []
    is_taken = False
    for section in sections:
        says_more = section.score.maximum > 0 and (section.id in own or any(map(_needs_room, section.criteria)))
        breaks.append(not breaks or (says_more and is_taken))
        is_taken = says_more or (is_taken and not breaks[-1])
    return breaks


def _needs_room(criterion: CriterionResult) -> bool:
    """Whether there is something to read or to mark below the table."""
    return has_detail(criterion) or criterion.score.given is None


def has_detail(criterion: CriterionResult) -> bool:
    """Whether there is more to tell than fits a row: a skipped criterion's reason does."""
    told = criterion.findings if criterion.verdict != "skipped" else ()
    return bool(told or criterion.curves or criterion.tables)


def explanation(criterion: CriterionResult) -> str:
    """Why no check decided on a criterion; a skipped one says in its own words what it builds on."""
    own = " ".join(finding.message for finding in criterion.findings) if criterion.verdict == "skipped" else ""
    return own or EXPLANATIONS.get(criterion.verdict, "")


def facts(result: Result, audience: Audience) -> list[tuple[str, str]]:
    """How it was graded, as pairs of a label and its value."""
    files = text.plural(len(result.submission.get("files", ())), "file")
    everything = {
        **_environment(result, audience),
        **_provenance(result, audience),
        "rubric": f"{result.rubric.get('id', '')} {result.rubric.get('digest', '')}",
        "hand-in": f"{files} {result.submission.get('digest', '')}",
        **_duration(result, audience),
    }
    return [(_label(key), DIGEST.sub(lambda found: found[0][:12], str(value))) for key, value in everything.items()]


def _others(counts: Counter[Status]) -> list[str]:
    words = {
        "partly": counts["partial"],
        "failed": counts["failed"] + counts["error"],
        "not judged": counts["skipped"],
        "to be marked by a person": counts["manual"],
        "undecided": counts["ungraded"],
    }
    return [f"{count} {word}" for word, count in words.items() if count]


def _provenance(result: Result, audience: Audience) -> dict[str, str]:
    everything = audience == "instructor"
    return {key: value for key, value in result.provenance.items() if everything or key in STUDENTS_PROVENANCE}


def _environment(result: Result, audience: Audience) -> dict[str, str]:
    """What the code ran on; how it was held is for those who answer for it."""
    return {key: value for key, value in result.environment.items() if audience == "instructor" or key != "lockdown"}


def _duration(result: Result, audience: Audience) -> dict[str, str]:
    """For instructors only: a clock's reading would make a student's report differ from one run to the next."""
    if audience == "student" or not result.timings:
        return {}
    return {"time": f"{text.number(result.timings.get('total') or sum(result.timings.values()))} s"}


def _label(key: str) -> str:
    return LABELS.get(key, key.replace("_", " ").capitalize())
