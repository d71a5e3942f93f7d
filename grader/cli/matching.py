"""Hand-ins beside the rows of a class list: who fits by what, who is missing, and whom a person has to find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.handins import Class, HandIn
from grader.sheets import read
from grader.sheets.people import Matches, Person, match, of_row

if TYPE_CHECKING:
    from grader.sheets import Sheet

__all__ = ["Matched", "matched", "remarks"]

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Matched:
    """A class list held against hand-ins."""

    by: Mapping[str, str]  # how each hand-in was found in the list: "key", "name", or what stood in the way
    matches: Matches
    missing: tuple[str, ...]  # students of the list without a hand-in


def matched(hand_ins: Sequence[HandIn], path: Path) -> Matched:
    """The hand-ins of the students in a CSV file."""
    sheet = read(path.read_bytes(), str(path))
    rows = _students(sheet)
    found = match({each.id: each.people or (Person(),) for each in hand_ins}, rows)
    taken = {**found.rows, **found.twice}
    missing = tuple(_called(rows[number]) for number in rows if number not in taken)
    return Matched({each.id: _how(each, rows, found) for each in hand_ins}, found, missing)


def remarks(group: Class, twice: Mapping[str, Sequence[str]], matches: Matched | None) -> Iterator[str]:
    """What a person should look at, a line each."""
    yield from _listed("Older versions, which --versions all takes too", group.left_out)
    yield from _listed("Nothing says whose these are", [each.id for each in group.hand_ins if not each.people])
    yield from _listed("In no hand-in, and left out", group.unused)
    for who, ids in twice.items():
        yield f"In several hand-ins, each of which is graded: {who} ({', '.join(ids)})"
    if matches:
        yield from _listed("In no row of the list", matches.matches.unmatched)
        yield from _listed("In several rows of the list", matches.matches.ambiguous)
        for ids in matches.matches.twice.values():
            yield f"One row of the list fits several: {', '.join(dict.fromkeys(ids))}"
        yield from _listed("Without a hand-in", matches.missing)


def _students(sheet: Sheet) -> dict[int, Person]:
    columns = [name.strip() for name in sheet.rows[0]] if sheet.rows else []
    return {
        number: of_row(dict(zip(columns, row, strict=False)))
        for number, row in enumerate(sheet.rows)
        if number and any(text.strip() for text in row)
    }


def _called(person: Person) -> str:
    return " ".join(text for text in list(person.told.values())[:2] if text) or "an empty row"


def _how(hand_in: HandIn, rows: Mapping[int, Person], found: Matches) -> str:
    mine = [rows[number] for number, id_ in found.rows.items() if id_ == hand_in.id]
    if hand_in.id in found.unmatched or hand_in.id in found.ambiguous:
        return "not found" if hand_in.id in found.unmatched else "several fit"
    keys = frozenset(key for each in hand_in.people for key in each.keys)
    return "key" if mine and all(each.keys & keys for each in mine) else "name" if mine else "row taken twice"


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        yield f"{what} ({len(names)}): {', '.join(names[:MOST_NAMED])}{more}"
