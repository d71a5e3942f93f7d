"""Which known mistakes explain what was seen: one, several that go together, or for some of it.

Cells are kept as bits of a whole number: a set of cells is a number, and sets are compared by `&` and `|`. A set of
mistakes explains a hand-in when what is seen of the reference with just these mistakes is what was seen of the hand-in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from grader.compare import DOUBLE, SINGLE
from grader.diagnosis.signature import Cell, Cells, Layout, apart

MOST_PAIRS = 120  # compositions that are looked at before giving up
MOST_TRIPLES = 60
_BEGINNINGS = 6  # pairs that a third mistake is looked for
Names = tuple[str, ...]


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
    compose: Callable[[Names], Member | None] = field(repr=False)  # None: they change the same text


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


def match(seen: Cells, library: Library) -> Match:
    """The smallest set of known mistakes that explains the cells, as far as one is certain."""
    single = any(cell.single for cell in seen.values())
    narrow = _Case(seen, library, SINGLE if single else DOUBLE)
    found = narrow.explain()
    if found.exact or single:
        return found
    wide = _Case(seen, library, SINGLE)  # computed in single precision on the way, or with a guard in a logarithm
    if wide.deviating == narrow.deviating:
        return found
    again = wide.explain()
    return again if again.names or not found.names else found


class _Known:
    """One member against the hand-in: what it touches, and where the two agree."""

    def __init__(self, case: _Case, number: int, member: Member) -> None:
        self.number, self.member = number, member
        self.unknown = _bits(member.unknown)
        touched = case.touched(member) & ~self.unknown
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
    """One hand-in's cells at one tolerance."""

    def __init__(self, seen: Cells, library: Library, tolerance: float) -> None:
        self.seen, self.library, self.tolerance = seen, library, tolerance
        self.known = _bits(seen)
        self.deviating = _bits(n for n, cell in seen.items() if self._apart(cell, library.reference[n], n) > tolerance)

    def explain(self) -> Match:
        if not self.deviating:
            return Match()
        for search in (self._single, self._pair, self._triple):
            found = search()
            if found:
                return self._match(found, left=0)
        part = self._part()
        return self._match(part, self.deviating & ~_any(known.explained for known in part))

    def touched(self, member: Member) -> int:
        """The known cells in which a member is not like the reference."""
        reference = self.library.reference
        return _bits(
            n
            for n, cell in member.cells.items()
            if n in self.seen and self._apart(cell, reference[n], n) > self.tolerance
        )

    def agreed(self, member: Member, among: int) -> int:
        """Those of some cells in which the hand-in is like the member."""
        reference = self.library.reference
        return _bits(
            n
            for n in _numbers(among)
            if self._apart(self.seen[n], member.cells.get(n, reference[n]), n) <= self.tolerance
        )

    def _apart(self, one: Cell, other: Cell, number: int) -> float:
        return apart(one, other, self.library.reference[number].norm)

    @cached_property
    def _consistent(self) -> list[_Known]:
        """Members that touch nothing but what deviates; where the hand-in is right, none of them can be in it."""
        found = []
        for number, member in enumerate(self.library.members):
            outside = self.touched(member) & ~self.deviating & ~_bits(member.unknown)
            if outside & ~self.agreed(member, outside):
                continue
            known = _Known(self, number, member)
            if known.touched:
                found.append(known)
        return found

    # one

    def _single(self) -> list[_Known]:
        return [known for known in self._consistent if known.exact][:1]

    # two

    def _pair(self) -> list[_Known]:
        """Two mistakes: cells that only one of them touches must be just as that one leaves them."""
        plausible = [pair for pair in combinations(self._distinct, 2) if self._goes(*pair)]
        plausible.sort(key=_by_evidence)
        for pair in plausible[:MOST_PAIRS]:
            if not pair[0].touched & pair[1].touched or self._is_seen(pair):
                return list(pair)
        return []

    @cached_property
    def _distinct(self) -> list[_Known]:
        """The consistent members, each that leaves the same cells once."""
        first: dict[object, _Known] = {}
        for known in self._consistent:
            first.setdefault(
                (known.touched, tuple((n, _brief(c)) for n, c in sorted(known.member.cells.items()))), known
            )
        return list(first.values())

    def _goes(self, *group: _Known) -> bool:
        whole = self.deviating & ~_any(known.unknown for known in group)
        once, twice = _counted(known.touched for known in group)
        return not whole & ~once and all(not known.touched & ~twice & ~known.explained for known in group)

    def _is_seen(self, group: Sequence[_Known]) -> bool:
        together = self._together(group)
        return together is not None and together.exact

    def _together(self, group: Sequence[_Known]) -> _Known | None:
        names = tuple(known.names[0] for known in sorted(group, key=lambda known: known.number))
        member = self.library.compose(names)
        return None if member is None else _Known(self, -1, member)

    # three

    def _triple(self) -> list[_Known]:
        """A third mistake beside two that explain much: it has to touch all that the two leave open."""
        tried = 0
        for pair in sorted(self._beginnings(), key=_by_evidence)[:_BEGINNINGS]:
            together = self._together(pair)
            if together is None or together.contradicted:
                continue
            for third in self._distinct:
                fits = not together.missed & ~third.touched and not third.touched & ~together.touched & ~third.explained
                if third in pair or not fits:
                    continue
                tried += 1
                if self._is_seen((*pair, third)):
                    return [*pair, third]
                if tried >= MOST_TRIPLES:
                    return []
        return []

    def _beginnings(self) -> Iterator[tuple[_Known, _Known]]:
        """Pairs of which each explains something that the other does not."""
        telling = [known for known in self._distinct if known.explained]
        for one, other in combinations(telling, 2):
            if one.explained & ~other.explained and other.explained & ~one.explained:
                yield one, other

    # some of it

    def _part(self) -> list[_Known]:
        """Mistakes that are certain although something else is unexplained."""
        certain = sorted(
            (k for k in self._distinct if self._certain(k)), key=lambda k: (-k.explained.bit_count(), k.number)
        )
        chosen: list[_Known] = []
        for known in certain:
            if not known.explained & _any(other.explained for other in chosen):
                chosen.append(known)
        return chosen

    def _certain(self, known: _Known) -> bool:
        """Whether all that a mistake does is seen, or at least all that it does to the piece that it is in."""
        own = _any(self._criterion(id_) for id_ in self.library.charged[known.names[0]])
        if not known.explained & own or self.deviating & own & ~known.explained & ~known.unknown:
            return False
        if not known.touched & ~known.explained & ~self._meets:
            return True
        alone = own & self._alone
        open_ = known.missed & ~known.touched & ~self._meets
        return bool(alone) and not own & ~alone and not open_ & self._downstream(alone)

    def _downstream(self, alone: int) -> int:
        """All cells of criteria that some mistake in the same piece touches too."""
        members = (self.touched(member) for member in self.library.members)
        reached = _any(touched for touched in members if touched & alone)
        ids = {self.library.layout[n].criterion for n in _numbers(reached)}
        return _any(self._criterion(id_) for id_ in ids)

    def _criterion(self, id_: str) -> int:
        return _bits(n for n, place in enumerate(self.library.layout) if place.criterion == id_) & self.known

    @cached_property
    def _alone(self) -> int:
        return _any(self._criterion(id_) for id_ in self.library.alone)

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
            wide=self.tolerance > DOUBLE,
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
            self._apart(one.cells.get(n, reference[n]), other.cells.get(n, reference[n]), n) > self.tolerance
            for n in numbers
        )


def _by_evidence(group: Sequence[_Known]) -> tuple[int, ...]:
    """Most cells explained first, then fewest touched, then the bank's order."""
    explained = _any(known.explained for known in group)
    touched = sum(known.touched.bit_count() for known in group)
    return (-explained.bit_count(), touched, *(known.number for known in group))


def _brief(cell: Cell) -> tuple[str, float]:
    return cell.code, float(f"{cell.norm:.6g}")


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
