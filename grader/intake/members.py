"""Members of an archive that stays open: known by name, examined for the hand-in they turn out to belong to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from grader.intake.entry import Entry, IntakeLimits, LeftOut, Listing
from grader.intake.names import split

__all__ = ["Environments", "Member", "listed"]

Environments = Collection[tuple[str, ...]]  # the folders of installed packages, by the parts of their paths


@dataclass(frozen=True, slots=True)
class Member:
    """One member; the name of a folder ends in "/"."""

    name: str
    part: Callable[[str, IntakeLimits, Environments], Entry | LeftOut]  # what it is under the name that it has there


def listed(members: Iterable[Member], limits: IntakeLimits, below: str = "") -> Listing:
    """These members, by their names without what they all lie `below`."""
    inside = ((member.name[len(below) :], member) for member in members if member.name != below)
    named = [(name, member) for name, member in inside if not name.endswith("/")]
    environments = {split(name)[:-1] for name, _ in named if name.endswith("pyvenv.cfg")}
    found = [member.part(name, limits, environments) for name, member in named]
    entries = tuple(thing for thing in found if isinstance(thing, Entry))
    return Listing(entries, tuple(thing for thing in found if isinstance(thing, LeftOut)))
