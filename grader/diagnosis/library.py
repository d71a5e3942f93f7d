"""What is known of a course's mistakes: what each of them leaves in the cells of what is seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.compare.explanations import DOUBLE, SINGLE
from grader.diagnosis.bits import bits
from grader.diagnosis.signature import Cell, Cells, Layout, apart

__all__ = ["Compose", "Library", "Member", "Names"]

_SHARED = 0.3  # of the mistakes that are seen in one place, the share that may leave the same number as another
_LOOSE = 100.0  # several steps of training enlarge the rounding of single precision
Names = tuple[str, ...]
Compose = Callable[[Names, str], "Member | None"]
"""The member with several mistakes, at one criterion or (with no name) at all; None where they change the same text."""


@dataclass(frozen=True)
class Member:
    """What is seen of the reference with some mistakes: the cells in which it is not like the reference."""

    names: Names
    cells: Cells
    unknown: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Library:
    """What is known of a course at one of its sizes."""

    layout: Layout
    reference: Cells
    members: Sequence[Member]  # one for each known mistake, in the order of the bank
    charged: Mapping[str, frozenset[str]]  # the criteria at which each mistake loses points itself
    alone: frozenset[str]  # criteria that look at one piece of the hand-in by itself
    compose: Compose = field(repr=False)
    varies: Mapping[str, frozenset[str]] = field(default_factory=dict)  # where a mistake is not the same in any two

    def alike(self, one: Cell, other: Cell, number: int, *, wide: bool) -> bool:
        """Whether two cells of one place are the same, but for the rounding of double or (wide) of single precision."""
        tolerance = SINGLE if wide else DOUBLE
        if wide and self.layout[number].meets:
            tolerance *= _LOOSE
        scale = self.reference[number].norm
        if abs(one.norm - other.norm) > tolerance * max(one.norm, other.norm, scale):
            return False  # most are told apart by this already
        return apart(one, other, scale) <= tolerance

    def touched(self, member: Member, *, wide: bool) -> int:
        """The cells in which a member is not like the reference, as bits."""
        cells, reference = member.cells.items(), self.reference
        return bits(n for n, cell in cells if not self.alike(cell, reference[n], n, wide=wide))

    def all_touched(self, *, wide: bool) -> Sequence[int]:
        """The same for every known mistake, found out once."""
        return self._touched_wide if wide else self._touched_narrow

    @cached_property
    def _touched_narrow(self) -> Sequence[int]:
        return [self.touched(member, wide=False) for member in self.members]

    @cached_property
    def _touched_wide(self) -> Sequence[int]:
        return [self.touched(member, wide=True) for member in self.members]

    @cached_property
    def elsewhere(self) -> Mapping[str, frozenset[int]]:
        """For each criterion, the places at which others look."""
        ids = {place.criterion for place in self.layout}
        return {id_: frozenset(n for n, place in enumerate(self.layout) if place.criterion != id_) for id_ in ids}

    @cached_property
    def coarse(self) -> frozenset[int]:
        """Places of single numbers of which mistakes share a few, such as an accuracy: two may agree by chance."""
        seen: dict[int, Counter[float]] = defaultdict(Counter)
        for member in self.members:
            for number, cell in member.cells.items():
                if self.layout[number].scalar and cell.values.size:
                    seen[number][round(float(cell.values[0]), 9)] += 1
        shared = {number: sum(n for n in values.values() if n > 1) for number, values in seen.items()}
        return frozenset(number for number, count in shared.items() if count > seen[number].total() * _SHARED)
