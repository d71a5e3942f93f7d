"""Sets of small numbers as the bits of one whole number: sets are compared by `&` and `|`, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = ["bits", "counted", "members", "union"]


def bits(numbers: Iterable[int]) -> int:
    """The set of these numbers."""
    found = 0
    for number in numbers:
        found |= 1 << number
    return found


def members(found: int) -> Iterator[int]:
    """The numbers in a set, the smallest first."""
    while found:
        lowest = found & -found
        yield lowest.bit_length() - 1
        found ^= lowest


def union(sets: Iterable[int]) -> int:
    """What is in any of the sets."""
    return counted(sets)[0]


def counted(sets: Iterable[int]) -> tuple[int, int]:
    """What is in at least one of the sets, and what is in at least two."""
    once = twice = 0
    for each in sets:
        twice |= once & each
        once |= each
    return once, twice
