"""Which known mistakes explain what was seen: one, several that go together, or for some of it.

Cells are kept as bits of a whole number: a set of cells is a number, and sets are compared by `&` and `|`. A set of
mistakes explains a hand-in when what is seen of the reference with just these mistakes is what was seen of the hand-in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations

from grader.compare import DOUBLE, SINGLE
from grader.diagnosis.signature import Cell, Cells, Layout, apart

MOST_COMPOSED = 150  # combinations that are looked at before giving up
MOST_TOGETHER = 3  # mistakes that a combination may have
_BEAM = 3  # combinations that are followed further although they settle a part of a criterion only
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

    def touched(self, *, wide: bool) -> Sequence[int]:
        """For each member the cells in which it is not like the reference, at one of the two tolerances."""
        return self._touched_wide if wide else self._touched_narrow

    @cached_property
    def _touched_narrow(self) -> Sequence[int]:
        return [_touched(member, self, wide=False) for member in self.members]

    @cached_property
    def _touched_wide(self) -> Sequence[int]:
        return [_touched(member, self, wide=True) for member in self.members]

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


@dataclass(frozen=True)
class Match:
    """The mistakes that were recognised, and how far they explain what was seen."""

    names: Names = ()
    others: Mapping[str, Names] = field(default_factory=dict)  # mistakes that these cells do not tell from a named one
    deviating: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()  # deviating cells that they do not explain
    wide: bool = False  # found with the tolerance of single precision

    @property
    def exact(self) -> bool:
        """Whether nothing is left to explain."""
        return not self.left

    def alike(self, one: Cell, other: Cell, library: Library, number: int) -> bool:
        """Whether two cells are the same by the measure with which the mistakes were recognised."""
        return _alike(one, other, library, number, wide=self.wide)


def match(seen: Cells, library: Library) -> Match:
    """The smallest set of known mistakes that explains the cells, as far as one is certain."""
    single = any(cell.single for cell in seen.values())
    narrow = _Case(seen, library, wide=single)
    found = narrow.explain()
    if found.exact or single:
        return found
    wide = _Case(seen, library, wide=True)  # computed in single precision on the way, or with a guard in a logarithm
    if wide.deviating == narrow.deviating:
        return found
    again = wide.explain()
    return again if again.names or not found.names else found


class _Known:
    """One member against the hand-in: what it touches, and where the two agree."""

    def __init__(self, case: _Case, number: int, member: Member) -> None:
        self.number, self.member = number, member
        self.unknown = _bits(member.unknown)
        touched = case.touched(number, member) & ~self.unknown
        self.agreed = case.agreed(member, touched | case.deviating & ~self.unknown)
        self.contradicted = touched & ~case.deviating & ~self.agreed
        self.touched = touched & case.deviating
        self.explained = self.agreed & case.deviating
        self.missed = case.deviating & ~self.unknown & ~self.agreed

    @property
    def names(self) -> Names:
        return self.member.names

    @property
    def exact(self) -> bool:
        return not self.missed and not self.contradicted


class _Case:
    """One hand-in's cells at one tolerance, the wide one of single precision or the narrow one."""

    def __init__(self, seen: Cells, library: Library, *, wide: bool) -> None:
        self.seen, self.library, self.wide = seen, library, wide
        self.known = _bits(seen)
        self._left_to_try = MOST_COMPOSED
        self.deviating = _bits(n for n, cell in seen.items() if not self._alike(cell, library.reference[n], n))

    def explain(self) -> Match:
        if not self.deviating:
            return Match()
        for search in (self._single, self._strict_pair, self._earliest_first, self._any_pair):
            found = search()
            if found:
                return self._match(found, left=0)
        part = self._part()
        return self._match(part, self.deviating & ~_any(known.explained for known in part))

    def touched(self, number: int, member: Member) -> int:
        """The known cells in which a member is not like the reference; the bank's own are found out once."""
        known = self.library.touched(wide=self.wide)
        return self.known & (known[number] if number >= 0 else _touched(member, self.library, wide=self.wide))

    def agreed(self, member: Member, among: int) -> int:
        """Those of some cells in which the hand-in is like the member."""
        reference = self.library.reference
        theirs = ((n, member.cells.get(n, reference[n])) for n in _numbers(among))
        return _bits(n for n, cell in theirs if self._alike(self.seen[n], cell, n))

    def _alike(self, one: Cell, other: Cell, number: int) -> bool:
        return _alike(one, other, self.library, number, wide=self.wide)

    @cached_property
    def _consistent(self) -> list[_Known]:
        """Members that touch nothing but what deviates; where the hand-in is right, none of them can be in it."""
        found = []
        for number, member in enumerate(self.library.members):
            outside = self.touched(number, member) & ~self.deviating & ~_bits(member.unknown)
            if outside & ~self.agreed(member, outside) & ~self._coarse:
                continue
            known = _Known(self, number, member)
            if known.touched:
                found.append(known)
        return found

    # one

    def _single(self) -> list[_Known]:
        return [known for known in self._consistent if known.exact][:1]

    # several

    def _strict_pair(self) -> list[_Known]:
        """Two mistakes: cells that only one of them touches are just as that one leaves them."""
        pairs = [pair for pair in combinations(self._consistent, 2) if self._goes(*pair)]
        return next((list(pair) for pair in sorted(pairs, key=_by_evidence) if self._is_seen(pair)), [])

    def _earliest_first(self) -> list[_Known]:
        """One after the other, each time a mistake that settles something in the first criterion that is still open."""
        return self._settle([], self.deviating)

    def _settle(self, chosen: list[_Known], open_: int) -> list[_Known]:
        if len(chosen) == MOST_TOGETHER:
            return []
        criterion = self._first_criterion(open_)
        here = open_ & self._criterion(criterion)
        better: list[tuple[int, list[_Known]]] = []
        for known in self._likeliest(chosen, here):
            group = [*chosen, known]
            glance = self._glance(group, criterion)
            if glance is None or glance.contradicted & ~self._coarse or glance.missed & here in (here, 0):
                if (
                    glance is not None
                    and not glance.missed | glance.contradicted
                    and (found := self._go_on(group, open_))
                ):
                    return found
                continue
            better.append((glance.missed.bit_count(), group))
        better.sort(key=lambda each: each[0])
        return next((found for _, group in better[:_BEAM] if (found := self._go_on(group, open_))), [])

    def _go_on(self, group: list[_Known], open_: int) -> list[_Known]:
        """The group if it is all, or with what else it needs."""
        whole = self._together(group)
        if whole is None or whole.contradicted & ~self._coarse or whole.missed & open_ == open_:
            return []
        return group if whole.exact else self._settle(group, whole.missed | whole.contradicted)

    def _likeliest(self, chosen: list[_Known], here: int) -> list[_Known]:
        """Members that may be in it too, first those that leave the cells that nobody else touches as they are."""
        met = _any(known.touched for known in chosen)

        def doubt(known: _Known) -> tuple[int, int, int]:
            against = known.touched & here & ~met & ~known.explained
            return against.bit_count(), -(known.explained & here).bit_count(), known.number

        return sorted((k for k in self._consistent if k not in chosen and k.touched & here), key=doubt)

    def _any_pair(self) -> list[_Known]:
        """Two mistakes that touch all that deviates between them, in whatever way they meet."""
        pairs = [
            (one, other)
            for one, other in combinations(self._consistent, 2)
            if not self.deviating & ~(one.touched | one.unknown | other.touched | other.unknown)
        ]
        for pair in sorted(pairs, key=_by_evidence):
            if self._left_to_try <= 0:
                return []
            if self._is_seen(pair):
                return list(pair)
        return []

    def _goes(self, *group: _Known) -> bool:
        whole = self.deviating & ~_any(known.unknown for known in group)
        once, twice = _counted(known.touched for known in group)
        return not whole & ~once and all(not known.touched & ~twice & ~known.explained for known in group)

    def _is_seen(self, group: Sequence[_Known]) -> bool:
        """Whether a combination leaves just what was seen; one criterion is looked at first, for that is quicker."""
        open_ = self.deviating & ~_any(known.explained for known in group)
        glance = self._glance(group, self._first_criterion(open_ or self.deviating))
        if glance is None or not glance.exact:
            return False
        together = self._together(group)
        return together is not None and together.exact

    def _together(self, group: Sequence[_Known]) -> _Known | None:
        return group[0] if len(group) == 1 else self._glance(group, "")

    def _glance(self, group: Sequence[_Known], criterion: str) -> _Known | None:
        """A combination against the hand-in, at one criterion or (with no name) at all."""
        member: Member | None = group[0].member
        if len(group) > 1:
            self._left_to_try -= 1
            if self._left_to_try < 0:
                return None
            names = tuple(known.names[0] for known in sorted(group, key=lambda known: known.number))
            member = self.library.compose(names, criterion)
        return None if member is None else _Known(self, -1, self._at(member, criterion))

    def _at(self, member: Member, criterion: str) -> Member:
        """The member as far as one criterion shows it, whatever else of it is known already."""
        if not criterion:
            return member
        elsewhere = (n for n, place in enumerate(self.library.layout) if place.criterion != criterion)
        return replace(member, unknown=member.unknown | frozenset(elsewhere))

    def _first_criterion(self, cells: int) -> str:
        """The earliest criterion of the rubric in which some of these cells are."""
        return self.library.layout[next(_numbers(cells))].criterion

    # some of it

    def _part(self) -> list[_Known]:
        """Mistakes that are certain although something else is unexplained."""
        certain = sorted(
            (k for k in self._consistent if self._certain(k)), key=lambda k: (-k.explained.bit_count(), k.number)
        )
        chosen: list[_Known] = []
        for known in certain:
            if not known.explained & _any(other.explained for other in chosen):
                chosen.append(known)
        return chosen

    def _certain(self, known: _Known) -> bool:
        """Whether all that a mistake does is seen, or at least all that it does to a piece that is looked at by itself.

        What stays open must be another matter: nothing that could show where the mistake shows, or the other way round.
        """
        charged = self.library.charged[known.names[0]]
        own = _any(self._criterion(id_) for id_ in charged)
        rest = self.deviating & ~known.explained & ~known.unknown
        open_ = rest & ~known.touched & ~self._meets & ~self._coarse
        if not known.explained & own & self._telling or (rest | known.contradicted) & own:
            return False
        if self._could_show(open_, known.touched & own):
            return False
        if charged <= self.library.alone:
            return not open_ & self._near(_any(touched for _, touched in self._charged_at(charged)))
        refuted = rest & known.touched | known.contradicted
        return bool(open_) and not refuted & ~self._meets and not open_ & self._near(known.touched)

    def _could_show(self, open_: int, own: int) -> bool:
        """Whether some known mistake in a criterion of the open cells shows in the others too."""
        ids = frozenset(self.library.layout[n].criterion for n in _numbers(open_))
        return any(touched & own for _, touched in self._charged_at(ids))

    def _charged_at(self, ids: frozenset[str]) -> Iterator[tuple[Member, int]]:
        return ((member, touched) for member, touched in self._reach if self.library.charged[member.names[0]] & ids)

    @cached_property
    def _reach(self) -> list[tuple[Member, int]]:
        touched = self.library.touched(wide=self.wide)
        return [(member, each & self.known) for member, each in zip(self.library.members, touched, strict=True)]

    def _near(self, cells: int) -> int:
        """All cells that belong to the same observations as these: of the same batch, call or model."""
        areas = {self.library.layout[n].path[:2] for n in _numbers(cells)}
        return _bits(n for n, place in enumerate(self.library.layout) if place.path[:2] in areas)

    def _criterion(self, id_: str) -> int:
        return self._criteria.get(id_, 0) & self.known

    @cached_property
    def _criteria(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for number, place in enumerate(self.library.layout):
            found[place.criterion] = found.get(place.criterion, 0) | 1 << number
        return found

    @cached_property
    def _telling(self) -> int:
        """Cells that cannot come about in many ways, as a zero, a crash or an accuracy can."""
        said = (n for n, cell in self.seen.items() if cell.norm or not (cell.values.size or cell.missing))
        return _bits(said) & ~self._coarse

    @property
    def _coarse(self) -> int:
        return _bits(self.library.coarse)

    @cached_property
    def _meets(self) -> int:
        return _bits(n for n, place in enumerate(self.library.layout) if place.meets)

    # what to tell

    def _match(self, found: Sequence[_Known], left: int) -> Match:
        chosen = sorted(found, key=lambda known: known.number)
        return Match(
            names=tuple(known.names[0] for known in chosen),
            others={known.names[0]: self._like(known) for known in chosen},
            deviating=frozenset(_numbers(self.deviating)),
            left=frozenset(_numbers(left)),
            wide=self.wide,
        )

    def _like(self, known: _Known) -> Names:
        """The other mistakes that leave the same in all cells that are known here."""
        return tuple(
            other.names[0]
            for other in self._consistent
            if other is not known and other.touched == known.touched and not self._differ(known.member, other.member)
        )

    def _differ(self, one: Member, other: Member) -> bool:
        reference = self.library.reference
        numbers = (n for n in {*one.cells, *other.cells} if n in self.seen)
        return any(
            not self._alike(one.cells.get(n, reference[n]), other.cells.get(n, reference[n]), n) for n in numbers
        )


def _touched(member: Member, library: Library, *, wide: bool) -> int:
    reference = library.reference
    return _bits(n for n, cell in member.cells.items() if not _alike(cell, reference[n], library, n, wide=wide))


def _alike(one: Cell, other: Cell, library: Library, number: int, *, wide: bool) -> bool:
    tolerance = SINGLE if wide else DOUBLE
    if wide and library.layout[number].meets:
        tolerance *= _LOOSE
    scale = library.reference[number].norm
    if abs(one.norm - other.norm) > tolerance * max(one.norm, other.norm, scale):
        return False  # most are told apart by this already
    return apart(one, other, scale) <= tolerance


def _by_evidence(group: Sequence[_Known]) -> tuple[int, ...]:
    """Most cells explained first, then fewest touched, then the bank's order."""
    explained = _any(known.explained for known in group)
    touched = sum(known.touched.bit_count() for known in group)
    return (-explained.bit_count(), touched, *(known.number for known in group))


def _bits(numbers: Iterator[int] | Mapping[int, object] | frozenset[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _any(sets: Iterator[int]) -> int:
    bits = 0
    for each in sets:
        bits |= each
    return bits


def _counted(sets: Iterator[int]) -> tuple[int, int]:
    """What is in at least one of the sets, and what is in at least two."""
    once = twice = 0
    for each in sets:
        twice |= once & each
        once |= each
    return once, twice
