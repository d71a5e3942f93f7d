"""Which recognised mistakes are frequent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.statistics.row import Named, Row

__all__ = ["Mistake", "frequent"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake over the class."""

    id: str
    title: str
    hand_ins: int
    criteria: tuple[str, ...]  # their ids
    lost: float  # points on these criteria, in the mean of those who made it


def frequent(rows: Sequence[Row]) -> tuple[Mistake, ...]:
    """The mistakes, the most frequent one first."""
    found: dict[str, list[list[Named]]] = {}
    for row in rows:
        own: dict[str, list[Named]] = {}
        for named in row.mistakes:
            own.setdefault(named.id, []).append(named)
        for id_, each in own.items():
            found.setdefault(id_, []).append(each)
    mistakes = (_mistake(id_, each) for id_, each in found.items())
    return tuple(sorted(mistakes, key=lambda each: (-each.hand_ins, each.id)))


def _mistake(id_: str, made: Sequence[Sequence[Named]]) -> Mistake:
    criteria = dict.fromkeys(named.criterion for each in made for named in each)
    lost = math.fsum(named.lost for each in made for named in each) / len(made)
    return Mistake(id_, made[0][0].title, len(made), tuple(criteria), lost)
