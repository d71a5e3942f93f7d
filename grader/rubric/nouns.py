"""A rubric as the rest of the grader sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.checks import Check
from grader.model import Visibility
from grader.rubric.fields import OwnFields

__all__ = ["Criterion", "Rubric", "Section"]


@dataclass(frozen=True)
class Criterion:
    """One thing that earns points, and the check that looks at it."""

    id: str
    title: str
    points: float
    kind: str
    check: Check
    visibility: Visibility = "public"
    requires: tuple[str, ...] = ()  # ids of criteria earlier in the rubric
    uses: tuple[str, ...] = ()  # ids of criteria for helpers, in whose place the reference's can be put
    credit: bool = True  # whether a recognised mistake leaves a share of the points
    description: str = ""
    read: str = ""  # a link for a student who lost points here


@dataclass(frozen=True)
class Section:
    """Criteria that belong together under one heading."""

    id: str
    title: str
    criteria: tuple[Criterion, ...]
    description: str = ""
    own: OwnFields | None = None  # where the student's text and figures for it stand


@dataclass(frozen=True)
class Rubric:
    """What a course asks for, and how each part of it is looked at."""

    id: str
    title: str
    course: str
    path: Path
    driver: Path  # the file, or the package's folder, that knows how this course's hand-ins are called
    reference: Path  # the folder of the reference solution
    models: Mapping[str, Mapping[str, tuple[int | str, ...]]]  # parameter shapes in names of sizes
    sizes: Mapping[str, Mapping[str, int]]  # in the order in which they are tried
    sections: tuple[Section, ...]
    digest: str  # sha256 over the rubric file, the driver, the reference and the known mistakes
    carried: float = 0.5  # the share of a criterion that fails only because of a mistake which is charged elsewhere

    @property
    def folder(self) -> Path:
        """The folder of the rubric file."""
        return self.path.parent

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order."""
        return tuple(criterion for section in self.sections for criterion in section.criteria)

    @property
    def datasets(self) -> list[str]:
        """The names of the data sets that its criteria ask for, each once."""
        return sorted({name for criterion in self.criteria for name in criterion.check.datasets()})

    @property
    def maximum(self) -> float:
        """The points of all criteria."""
        return round(sum(criterion.points for criterion in self.criteria), 4)

    def within(self, budget: int) -> Rubric:
        """The rubric whose checks re-run so many configurations at most; its digest is another one."""
        sections = tuple(
            replace(section, criteria=tuple(_within(each, budget) for each in section.criteria))
            for section in self.sections
        )
        digest = hashlib.sha256(f"{self.digest} budget {budget}".encode()).hexdigest()
        return replace(self, sections=sections, digest=digest)

    def only(self, visibility: Visibility) -> Rubric:
        """The rubric with the criteria of this visibility; what they require beyond these is no longer asked for."""
        kept = {criterion.id for criterion in self.criteria if criterion.visibility == visibility}
        sections = (replace(section, criteria=_only(section.criteria, kept)) for section in self.sections)
        return replace(self, sections=tuple(section for section in sections if section.criteria))


def _within(criterion: Criterion, budget: int) -> Criterion:
    return replace(criterion, check=criterion.check.within(budget))


def _only(criteria: Sequence[Criterion], kept: set[str]) -> tuple[Criterion, ...]:
    return tuple(
        replace(criterion, requires=tuple(id_ for id_ in criterion.requires if id_ in kept))
        for criterion in criteria
        if criterion.id in kept
    )
