"""Which known mistakes explain what was seen: one, several that go together, or for some of it.

A set of mistakes explains a hand-in when what is seen of the reference with just these mistakes is what was seen of the
hand-in. Sets of cells are kept as bits of a whole number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, islice

import numpy as np

from grader.diagnosis.bits import bits, counted, members, union
from grader.diagnosis.library import Library, Member, Names
from grader.diagnosis.signature import Cell, Cells, Path

__all__ = ["Match", "match"]

MOST_LOOKS = 100  # at combinations, before giving up; one takes some hundredths of a second
_FEW_LOOKS = 20  # where what is left without a name says little
_WHOLE = 5  # looks at one criterion that take as long as one at all of them
_MOST_PAIRS = 24  # of these, pairs of which nothing but the places speaks for them
MOST_TOGETHER = 3  # mistakes that a combination may have
_FORETOLD = 8  # cells that are looked at to guess what two mistakes do together
_NEAR = 1e-6  # relative; a guess only decides what is looked at first
_LIKELIEST = 20  # mistakes that are tried before the best of them are followed further
_BEAM = 3  # combinations that are followed further although they settle a part of a criterion only


@dataclass(frozen=True)
class Match:
    """The mistakes that were recognised, and how far they explain what was seen."""

    names: Names = ()
    others: Mapping[str, Names] = field(default_factory=dict)  # mistakes that these cells do not tell from a named one
    reach: Mapping[str, frozenset[str]] = field(default_factory=dict)  # the criteria in which each of them shows
    deviating: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()  # deviating cells that they do not explain
    open: frozenset[str] = frozenset()  # the criteria of these cells
    wide: bool = False  # found with the tolerance of single precision

    @property
    def exact(self) -> bool:
        """Whether nothing is left to explain."""
        return not self.left


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
        self.unknown = bits(member.unknown)
        touched = case.touched(number, member) & ~self.unknown
        self.agreed = case.agreed(member, touched | case.deviating & ~self.unknown)
        self.contradicted = touched & ~case.deviating & ~self.agreed
        self.touched = touched & case.deviating
        self.reach = self.touched | self.unknown
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
        self.known = bits(seen)
        self._left_to_try = MOST_LOOKS
        self.deviating = bits(n for n, cell in seen.items() if not self._alike(cell, library.reference[n], n))

    def explain(self) -> Match:
        if not self.deviating:
            return Match()
        found = self._single() or self._strict_pair()
        if found:
            return self._match(found, left=0)
        part = self._part()
        if part and not self._left_by(part) & self._telling:
            self._left_to_try = min(self._left_to_try, _FEW_LOOKS)
        found = self._earliest_first() or (self._rare_pair() if not part else [])
        if found:
            return self._match(found, left=0)
        part += self._by_themselves(part)
        return self._match(part, self._left_by(part))

    def _left_by(self, part: Sequence[_Known]) -> int:
        """The cells that these mistakes do not explain, or would leave otherwise."""
        return self.deviating & ~union(known.explained for known in part) | union(k.contradicted for k in part)

    def touched(self, number: int, member: Member) -> int:
        """The known cells in which a member is not like the reference; the bank's own are found out once."""
        known = self.library.all_touched(wide=self.wide)
        return self.known & (known[number] if number >= 0 else self.library.touched(member, wide=self.wide))

    def agreed(self, member: Member, among: int) -> int:
        """Those of some cells in which the hand-in is like the member."""
        return bits(n for n in members(among) if self._agrees(member, n))

    def _agrees(self, member: Member, number: int) -> bool:
        theirs = member.cells.get(number)
        if theirs is None:  # as the reference's
            return not self.deviating >> number & 1
        return self._alike(self.seen[number], theirs, number)

    def _alike(self, one: Cell, other: Cell, number: int) -> bool:
        return self.library.alike(one, other, number, wide=self.wide)

    @cached_property
    def _consistent(self) -> list[_Known]:
        """Members that touch nothing but what deviates; where the hand-in is right, none of them can be in it."""
        candidates = (each for each in enumerate(self.library.members) if self._is_consistent(*each))
        return [known for each in candidates if (known := _Known(self, *each)).touched]

    def _is_consistent(self, number: int, member: Member, aside: int = 0) -> bool:
        """Whether a member touches nothing but what deviates, or is to be left aside."""
        outside = self.touched(number, member) & ~self.deviating & ~bits(member.unknown) & ~aside
        return all(self._agrees(member, n) for n in members(outside & ~self._coarse))

    # one

    def _single(self) -> list[_Known]:
        """The first member that agrees in all that it touches and in all that deviates: one cell tells most of them."""
        for number, member in enumerate(self.library.members):
            unknown = bits(member.unknown)
            touched = self.touched(number, member) & ~unknown
            asked = touched | self.deviating & ~unknown
            if touched & self.deviating and all(self._agrees(member, n) for n in members(asked)):
                return [_Known(self, number, member)]
        return []

    # several

    @cached_property
    def _fails_otherwise(self) -> bool:
        """Whether a call came to nothing as it does with no known mistake, such as one that was never written."""
        missing = (n for n in members(self.deviating) if self.seen[n].code.startswith("!"))
        return any(not self._is_known(n) for n in missing if not self.seen[n].code.startswith("!exception"))

    def _is_known(self, number: int) -> bool:
        """Whether some known mistake leaves the same code in a place."""
        left = (member.cells.get(number) for member in self.library.members)
        return any(cell is not None and cell.code == self.seen[number].code for cell in left)

    def _strict_pair(self) -> list[_Known]:
        """Two mistakes: cells that only one of them touches are just as that one leaves them."""
        pairs = [] if self._fails_otherwise else [pair for pair in self._covering if self._goes(*pair)]
        likeliest = sorted(pairs, key=self._evidence)[:_MOST_PAIRS]
        return next((list(pair) for pair in likeliest if self._is_seen(pair)), [])

    def _earliest_first(self) -> list[_Known]:
        """One after the other, each time a mistake that settles something in the first criterion that is still open."""
        return [] if self._fails_otherwise else self._settle([], self.deviating)

    def _settle(self, chosen: list[_Known], open_: int) -> list[_Known]:
        if len(chosen) == MOST_TOGETHER:
            return []
        here = open_ & self._criterion(self._first_criterion(open_))
        likeliest = self._likeliest(chosen, here)
        some = (likeliest[first : first + _LIKELIEST] for first in range(0, len(likeliest), _LIKELIEST))
        return next((found for each in some if (found := self._settle_with(each, chosen, open_, here))), [])

    def _settle_with(self, some: Sequence[_Known], chosen: list[_Known], open_: int, here: int) -> list[_Known]:
        """The same where one of these mistakes is the next one."""
        better: list[tuple[int, list[_Known]]] = []
        for group in ([*chosen, known] for known in some):
            glance = self._glance(group, self._first_criterion(open_))
            if glance is None:
                continue
            if not glance.missed | glance.contradicted and (found := self._go_on(group, open_)):
                return found
            if not glance.contradicted & ~self._coarse and glance.missed & here not in (here, 0):
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
        met = union(known.touched for known in chosen)

        base = self._together(chosen) if chosen else None

        def doubt(known: _Known) -> tuple[int, int, int]:
            against = known.touched & here & ~met & ~known.explained
            for_it = known.explained & here | (self._foretold(base, known, here) if base else 0)
            return against.bit_count() - for_it.bit_count(), -for_it.bit_count(), known.number

        return sorted((k for k in self._consistent if k not in chosen and k.touched & here), key=doubt)

    def _foretold(self, one: _Known, other: _Known, here: int) -> int:
        """Some cells that both touch and that are as if each had done its part: in words, added, or as a factor."""
        reference, meeting = self.library.reference, members(one.touched & other.touched & here)
        cells = ((n, one.member.cells[n], other.member.cells[n]) for n in islice(meeting, _FORETOLD))
        return bits(n for n, a, b in cells if _is_foretold(self.seen[n], a, b, reference[n]))

    def _rare_pair(self) -> list[_Known]:
        return [] if self._fails_otherwise else self._any_pair() or self._hidden_pair()

    def _any_pair(self) -> list[_Known]:
        """Two mistakes that touch all that deviates between them, in whatever way they meet."""
        likeliest = sorted(self._covering, key=self._evidence)[:_MOST_PAIRS]
        return next((list(pair) for pair in likeliest if self._is_seen(pair)), [])

    def _evidence(self, pair: tuple[_Known, _Known]) -> tuple[int, ...]:
        """Most cells explained or foretold first, then fewest touched, then the bank's order."""
        one, other = pair
        explained = one.explained | other.explained | self._foretold(one, other, self.deviating)
        touched = one.touched.bit_count() + other.touched.bit_count()
        return (-explained.bit_count(), touched, one.number, other.number)

    @cached_property
    def _covering(self) -> list[tuple[_Known, _Known]]:
        """Pairs that may account for all that deviates between them."""
        pairs = combinations(self._consistent, 2)
        return [(one, other) for one, other in pairs if not self.deviating & ~(one.reach | other.reach)]

    def _hidden_pair(self) -> list[_Known]:
        """Two mistakes in one place, of which one hides what the other by itself does where the hand-in is right."""
        first, listed = self._first_criterion(self.deviating), enumerate(self.library.members)
        own = [_Known(self, number, m) for number, m in listed if first in self.library.charged[m.names[0]]]
        pairs = (pair for pair in combinations(own, 2) if any(known.contradicted for known in pair))
        return next((list(pair) for pair in pairs if self._left_to_try > 0 and self._is_seen(pair)), [])

    def _goes(self, *group: _Known) -> bool:
        """Whether each cell that only one of them touches is just as that one leaves it."""
        _, twice = counted(known.touched for known in group)
        return all(not known.touched & ~twice & ~known.explained for known in group)

    def _is_seen(self, group: Sequence[_Known]) -> bool:
        """Whether a combination leaves just what was seen; one criterion is looked at first, for that is quicker."""
        open_ = self.deviating & ~union(known.explained for known in group)
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
            if self._left_to_try <= 0:
                return None
            self._left_to_try -= 1 if criterion else _WHOLE
            names = tuple(known.names[0] for known in sorted(group, key=lambda known: known.number))
            member = self.library.compose(names, criterion)
        return None if member is None else _Known(self, -1, self._at(member, criterion))

    def _at(self, member: Member, criterion: str) -> Member:
        """The member as far as one criterion shows it, whatever else of it is known already."""
        if not criterion:
            return member
        return replace(member, unknown=member.unknown | self.library.elsewhere[criterion])

    def _first_criterion(self, cells: int) -> str:
        """The earliest criterion of the rubric in which some of these cells are."""
        return self.library.layout[next(members(cells))].criterion

    # some of it

    def _part(self) -> list[_Known]:
        """Mistakes that are certain although something else is unexplained."""
        listed = [*self._consistent, *self._remembering()]
        certain = sorted((k for k in listed if self._certain(k)), key=lambda k: (-k.explained.bit_count(), k.number))
        chosen: list[_Known] = []
        for known in certain:
            if not known.explained & union(other.explained for other in chosen):
                chosen.append(known)
        return chosen

    def _by_themselves(self, chosen: Sequence[_Known]) -> list[_Known]:
        """For pieces that are looked at by themselves, mistakes that do there what is seen, whatever else is wrong."""
        explained = union(known.explained for known in chosen)
        open_ = (id_ for id_ in self._criteria if id_ in self.library.alone and not self._criterion(id_) & explained)
        found = (next(self._confined_to(id_), None) for id_ in open_)
        return [known for known in found if known]

    def _confined_to(self, criterion: str) -> Iterator[_Known]:
        """Mistakes of one criterion alone that leave all its cells as they are, as far as it shows them."""
        own = self._criterion(criterion) & self.deviating & self._said & ~self._still
        sure = own if own & ~self._coarse or own.bit_count() > 1 else 0  # one accuracy may come about in many ways
        others = union(touched for _, touched in self._charged_at(frozenset({criterion}))) & ~self._criterion(criterion)
        for number, member in enumerate(self.library.members if sure else ()):
            if self.library.charged[member.names[0]] == {criterion}:
                known = _Known(self, number, self._at(member, criterion))
                is_made_good = others & self.deviating and not others & self.touched(number, member)
                if known.exact and known.explained & sure and not is_made_good:  # which is not what is seen
                    yield known

    def _remembering(self) -> Iterator[_Known]:
        """Members that leave something from one call to the next, and fit where that does not depend on the calls."""
        among = {known.number for known in self._consistent}
        for number, member in enumerate(self.library.members):
            aside = self._varying(member.names[0])
            if aside and number not in among and self._is_consistent(number, member, aside):
                yield _Known(self, number, member)

    def _varying(self, name: str) -> int:
        """The cells that show a mistake otherwise in each hand-in."""
        ids = self.library.varies.get(name, frozenset())
        return union(self._criterion(id_) for id_ in ids) | (self._meets if ids else 0)

    def _certain(self, known: _Known) -> bool:
        """Whether all that a mistake does is seen, or at least all that it does to a piece that is looked at by itself.

        What stays open must be another matter: nothing that could show where the mistake shows, or the other way round.
        """
        charged = self.library.charged[known.names[0]]
        varying = self._varying(known.names[0])
        own = union(self._criterion(id_) for id_ in charged) & ~varying
        rest = self.deviating & ~known.explained & ~known.unknown & ~varying
        open_ = rest & ~known.touched & ~self._meets & ~self._coarse
        if not known.explained & own & self._telling or (rest | known.contradicted) & own:
            return False
        if self._could_show(open_, known.touched & own):
            return False
        if charged <= self.library.alone:
            return not open_ & self._near(union(touched for _, touched in self._charged_at(charged)))
        told = rest & ~self._silent
        refuted = (told & known.touched | known.contradicted & ~self._coarse) & ~self._meets & ~varying
        return bool(open_ or not told & ~self._coarse) and not refuted and not open_ & self._near(known.touched)

    def _could_show(self, open_: int, own: int) -> bool:
        """Whether some known mistake in a criterion of the open cells, which may be in it, shows in the others too."""
        ids = frozenset(self.library.layout[n].criterion for n in members(open_))
        possible = {known.names for known in self._consistent}
        return any(touched & own for member, touched in self._charged_at(ids) if member.names in possible)

    def _charged_at(self, ids: frozenset[str]) -> Iterator[tuple[Member, int]]:
        return ((member, touched) for member, touched in self._reach if self.library.charged[member.names[0]] & ids)

    @cached_property
    def _reach(self) -> list[tuple[Member, int]]:
        touched = self.library.all_touched(wide=self.wide)
        return [(member, each & self.known) for member, each in zip(self.library.members, touched, strict=True)]

    def _near(self, cells: int) -> int:
        """All cells that belong to the same observations as these: of the same batch, call or model."""
        areas = {self.library.layout[n].path[:2] for n in members(cells)}
        return bits(n for n, place in enumerate(self.library.layout) if place.path[:2] in areas)

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
        return self._said & ~self._coarse & ~self._still

    @cached_property
    def _said(self) -> int:
        """Cells that are no zero and no crash."""
        return bits(n for n, cell in self.seen.items() if cell.norm or not (cell.values.size or cell.missing))

    @cached_property
    def _still(self) -> int:
        """Cells that are the same from one look to another where the reference's are not: nothing happened there."""
        reference, layout = self.library.reference, self.library.layout
        pairs = combinations(members(self.deviating), 2)
        alike = ((n, m) for n, m in pairs if _looks_at_the_same(layout[n].path, layout[m].path))
        still = ((n, m) for n, m in alike if not self._alike(reference[n], reference[m], n))
        return bits(each for n, m in still if self._alike(self.seen[n], self.seen[m], n) for each in (n, m))

    @cached_property
    def _silent(self) -> int:
        """Cells of calls that came to nothing: what a mistake made elsewhere would leave there cannot be seen."""
        return bits(n for n in members(self.deviating) if self.seen[n].missing)

    @cached_property
    def _coarse(self) -> int:
        return bits(self.library.coarse)

    @cached_property
    def _meets(self) -> int:
        return bits(n for n, place in enumerate(self.library.layout) if place.meets)

    # what to tell

    def _match(self, found: Sequence[_Known], left: int) -> Match:
        chosen = sorted(found, key=lambda known: known.number)
        return Match(
            names=tuple(known.names[0] for known in chosen),
            others={known.names[0]: self._like(known) for known in chosen},
            reach={known.names[0]: self._criteria_of(known.reach) for known in chosen},
            deviating=frozenset(members(self.deviating)),
            left=frozenset(members(left)),
            open=frozenset(self.library.layout[n].criterion for n in members(left)),
            wide=self.wide,
        )

    def _criteria_of(self, cells: int) -> frozenset[str]:
        return frozenset(self.library.layout[n].criterion for n in members(cells & self.deviating))

    def _like(self, known: _Known) -> Names:
        """The other mistakes that leave the same in all cells that are known here."""
        return tuple(
            other.names[0]
            for number, other in enumerate(self.library.members)
            if other.names != known.names
            and self.touched(number, other) & ~bits(other.unknown) & ~known.unknown & self.deviating == known.touched
            and self._is_consistent(number, other, known.unknown)
            and not self._differ(known.member, other)
        )

    def _differ(self, one: Member, other: Member) -> bool:
        reference = self.library.reference
        numbers = (n for n in {*one.cells, *other.cells} if n in self.seen and n not in one.unknown)
        return any(
            not self._alike(one.cells.get(n, reference[n]), other.cells.get(n, reference[n]), n) for n in numbers
        )


def _looks_at_the_same(one: Path, other: Path) -> bool:
    """Whether two cells are of one quantity, at two steps or of two batches."""
    return (one[0], one[-1], len(one)) == (other[0], other[-1], len(other))


def _is_foretold(seen: Cell, one: Cell, other: Cell, reference: Cell) -> bool:
    """Whether a cell may well come from two mistakes of which each alone leaves it as told."""
    codes = {cell.code for cell in (one, other)} - {reference.code}
    if codes or seen.code != reference.code:
        return seen.code in codes
    added = one.values + other.values - reference.values
    times = np.divide(one.values, reference.values, out=np.ones_like(added), where=reference.values != 0)
    near = _NEAR * max(seen.norm, reference.norm)
    return any(float(np.abs(told - seen.values).max(initial=0.0)) <= near for told in (added, times * other.values))
