"""A class as it comes: each platform's layout is one file here, found by the names at its top."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from grader.errors import IntakeError
from grader.handins import canvas, github, gradescope, moodle, plain
from grader.handins.nouns import Find, HandIn
from grader.intake.bundle import Bundle
from grader.intake.names import safe_id

__all__ = ["Class", "HandIn", "find", "twice"]

LAYOUTS: Mapping[str, Find] = {  # in the order in which they are tried: the first that fits
    "Gradescope's export": gradescope.find,
    "Moodle's download": moodle.find,
    "Canvas's download": canvas.find,
    "clones of repositories": github.find,
    "folders and archives": plain.find,
}
Versions = Literal["latest", "all"]


@dataclass(frozen=True, slots=True)
class Class:
    """The hand-ins of a class, and what the layout that they were found in is called."""

    layout: str
    hand_ins: tuple[HandIn, ...]
    left_out: tuple[str, ...] = ()  # older versions, by their ids
    unused: tuple[str, ...] = ()  # what lies beside the hand-ins and is in none of them


def find(bundle: Bundle, versions: Versions = "latest") -> Class:
    """The hand-ins of a class, each under an id of its own.

    Raises:
        IntakeError: there are none.
    """
    for layout, found in ((layout, look(bundle)) for layout, look in LAYOUTS.items()):
        if found:
            counted = list(_named(_counted(found)))
            wanted = [each for each in counted if versions == "all" or each.version == each.of]
            left_out = tuple(each.id for each in counted if each not in wanted)
            return Class(layout, tuple(wanted), left_out, _unused(bundle, found))
    raise IntakeError(
        f"{bundle.path}: there are no hand-ins beside each other. `grader check` and `grader grade` take one."
    )


def twice(hand_ins: Sequence[HandIn]) -> dict[str, tuple[str, ...]]:
    """The hand-ins of each person who is in several that are no versions of each other, by what tells who it is."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for hand_in in hand_ins:
        for key in {key for person in hand_in.people for key in person.keys}:
            found[key].setdefault(hand_in.owner, hand_in.id)
    several = {tuple(ids.values()): key for key, ids in sorted(found.items()) if len(ids) > 1}
    return {key: ids for ids, key in several.items()}


def _unused(bundle: Bundle, found: Sequence[HandIn]) -> tuple[str, ...]:
    """The names at the top that are in no hand-in, and nothing of the layout itself."""
    used = {name for each in found for name, _ in each.parts} | {gradescope.METADATA}
    return tuple(name for name in bundle.top if name not in used)


def _counted(hand_ins: Sequence[HandIn]) -> Iterator[HandIn]:
    """The hand-ins, told which version of how many each is; a layout gives those of one owner oldest first."""
    of = Counter(each.owner for each in hand_ins)
    seen: Counter[str] = Counter()
    for each in hand_ins:
        seen[each.owner] += 1
        yield replace(each, version=seen[each.owner], of=of[each.owner])


def _named(hand_ins: Iterator[HandIn]) -> Iterator[HandIn]:
    """Each with an id that no other has and that can be a folder's name; only older versions carry their number."""
    used: set[str] = set(plain.TAKEN)
    for each in hand_ins:
        plain_id = safe_id(each.id if each.version == each.of else f"{each.id}-v{each.version}")
        id_, number = plain_id, 1
        while id_.casefold() in used:
            number += 1
            id_ = f"{plain_id}-{number}"
        used.add(id_.casefold())
        yield replace(each, id=id_)
