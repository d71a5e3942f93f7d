"""What an audit finds: each candidate's fate, and what the fates say about the rubric."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import Any, Literal

__all__ = ["FATES", "Audit", "Candidate", "Fate", "Group", "Kind", "Outcome", "Tally"]

Kind = Literal["mutant", "mistake", "right"]
Fate = Literal["caught", "survived", "equivalent", "open", "beyond", "accepted", "rejected", "undecided"]
FATES: Mapping[Fate, str] = {
    "caught": "wrong, and loses points",
    "survived": "wrong, and gets full marks",
    "equivalent": "a change that nothing can see: equal observations on fresh probes",
    "open": "differs only in what the course leaves open",
    "beyond": "in a part of the hand-in that no criterion looks at",
    "accepted": "right, and gets full marks",
    "rejected": "right, and loses points",
    "undecided": "not decided, because the grader failed",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One changed reference: a wrong solution, or a right one that is written differently."""

    id: str
    kind: Kind
    title: str
    part: str  # the function that was changed, or the part of the course
    changed: Mapping[str, bytes]  # the changed files
    difference: str  # as a unified diff
    criteria: tuple[str, ...] = ()  # where it should lose points; empty where nobody has said
    beyond: bool = False  # nobody expects a criterion to see it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one candidate."""

    candidate: Candidate
    fate: Fate
    lost: Mapping[str, float] = field(default_factory=dict)  # points by criterion id; criteria not asked are absent
    told: str = ""  # the first finding, the proof, or the reason
    probes: int = 0  # fresh probes on which it was observed
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """All points that it lost."""
        return round(sum(self.lost.values()), 2)

    @property
    def costs(self) -> tuple[str, ...]:
        """The criteria on which it lost points."""
        return tuple(id_ for id_, points in self.lost.items() if points > 0)

    @property
    def misplaced(self) -> bool:
        """Whether points are lost, but none where they should be."""
        wanted = self.candidate.criteria
        return self.fate == "caught" and bool(wanted) and not set(wanted) & set(self.costs)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one criterion decides: how many wrong ones it catches, and how many it alone."""

    id: str
    points: float
    caught: int
    alone: int


@dataclass(frozen=True, slots=True)
class Group:
    """The wrong ones of one function or part, and the points that the caught ones lost."""

    part: str
    outcomes: tuple[Outcome, ...]

    def count(self, *fates: Fate) -> int:
        """How many met one of these fates."""
        return sum(outcome.fate in fates for outcome in self.outcomes)

    @property
    def lost(self) -> tuple[float, float] | None:
        """The median and the maximum of what the caught ones lost."""
        points = [outcome.points for outcome in self.outcomes if outcome.fate == "caught"]
        return (round(median(points), 2), max(points)) if points else None


@dataclass(frozen=True)
class Audit:
    """All outcomes of one rubric, in the order of the candidates."""

    rubric: Mapping[str, Any]  # id, title, course, digest
    points: Mapping[str, float]  # of each criterion, by id, in order
    outcomes: Sequence[Outcome]
    seed: int
    probes: str = ""  # what the fresh probes are, in words
    seconds: float = 0.0
    cached: int = 0  # outcomes that an earlier run left
    not_replaced: Mapping[str, str] = field(default_factory=dict)  # by criterion: why a helper it uses cannot be

    def of(self, *fates: Fate) -> list[Outcome]:
        """The outcomes with one of these fates."""
        return [outcome for outcome in self.outcomes if outcome.fate in fates]

    @cached_property
    def wrong(self) -> list[Outcome]:
        """Mutants and known mistakes."""
        return [outcome for outcome in self.outcomes if outcome.candidate.kind != "right"]

    @cached_property
    def right(self) -> list[Outcome]:
        """Solutions that deserve full marks."""
        return [outcome for outcome in self.outcomes if outcome.candidate.kind == "right"]

    @property
    def misplaced(self) -> list[Outcome]:
        """Wrong ones that lose points, but on another criterion than that of what was changed."""
        return [outcome for outcome in self.outcomes if outcome.misplaced]

    @property
    def share_caught(self) -> float:
        """Percent of the wrong ones that lose points, without those that are set aside."""
        caught = len(self.of("caught"))
        return _percent(caught, caught + len(self.of("survived")))

    @property
    def share_placed(self) -> float:
        """Percent of the caught ones, whose criteria are known, that lose points on one of them."""
        known = [outcome for outcome in self.of("caught") if outcome.candidate.criteria]
        return _percent(len(known) - len(self.misplaced), len(known))

    @property
    def share_accepted(self) -> float:
        """Percent of the right ones that get full marks."""
        return _percent(len(self.of("accepted")), len(self.right))

    @property
    def tallies(self) -> list[Tally]:
        """How often each criterion decides."""
        costs = [outcome.costs for outcome in self.of("caught")]
        return [
            Tally(id_, points, sum(id_ in each for each in costs), sum(each == (id_,) for each in costs))
            for id_, points in self.points.items()
        ]

    @property
    def idle(self) -> list[Tally]:
        """Criteria without which the same wrong ones would lose points."""
        return [tally for tally in self.tallies if not tally.alone]

    @property
    def groups(self) -> list[Group]:
        """The wrong ones by the function or part that was changed."""
        return list(_grouped(self.wrong))

    def plain(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {
            "rubric": dict(self.rubric),
            "seed": self.seed,
            "summary": self._summary(),
            "criteria": [
                {"id": t.id, "points": t.points, "caught": t.caught, "caught_alone": t.alone} for t in self.tallies
            ],
            "parts": [_plain_group(group) for group in self.groups],
            "candidates": [_plain_outcome(outcome) for outcome in self.outcomes],
        }

    def _summary(self) -> dict[str, Any]:
        counts: dict[str, Any] = {fate: len(self.of(fate)) for fate in FATES}
        shares = {
            "percent_caught": round(self.share_caught, 3),
            "percent_on_own_criterion": round(self.share_placed, 3),
            "percent_accepted": round(self.share_accepted, 3),
        }
        return {**counts, **shares, "fresh_probes": self.probes, "seconds": round(self.seconds, 1)}


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def _grouped(outcomes: Iterable[Outcome]) -> Iterable[Group]:
    parts: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        parts.setdefault(outcome.candidate.part, []).append(outcome)
    return (Group(part, tuple(found)) for part, found in parts.items())


def _plain_group(group: Group) -> dict[str, Any]:
    middle, most = group.lost or (None, None)
    counts: dict[str, Any] = {fate: group.count(fate) for fate in FATES if group.count(fate)}
    return {"part": group.part, **counts, "median_lost": middle, "most_lost": most}


def _plain_outcome(outcome: Outcome) -> dict[str, Any]:
    candidate = outcome.candidate
    return {
        "id": candidate.id,
        "kind": candidate.kind,
        "title": candidate.title,
        "part": candidate.part,
        "fate": outcome.fate,
        "points_lost": outcome.points,
        "lost": {id_: points for id_, points in outcome.lost.items() if points},
        "not_asked": sorted(set(candidate.criteria) - set(outcome.lost)),
        "expected": list(candidate.criteria),
        "told": outcome.told,
        "fresh_probes": outcome.probes,
        "difference": candidate.difference,
    }
