"""What is compared, and what comes of it: frozen values without I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Comparison", "HandIn", "Kind", "Listed", "Pair", "Passage", "Shares", "Span", "Text"]

Kind = Literal["code", "words"]
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class HandIn:
    """One hand-in of a class. It is read when it is needed, and not kept."""

    id: str
    read: Callable[[], Files]
    people: frozenset[str] = frozenset()  # what tells who it is; two of one person are no pair


@dataclass(frozen=True, slots=True)
class Text:
    """A file of a hand-in, or a cell of a notebook."""

    name: str
    content: str
    is_code: bool  # of which the comments are words


@dataclass(frozen=True, slots=True)
class Shares:
    """How much two hand-ins have in common of one kind."""

    score: float  # from 0 to 1; by it pairs are ranked
    first: float  # the part of the first one's own text that the second has too
    second: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two hand-ins, and what they have in common."""

    first: str
    second: str
    kinds: Mapping[Kind, Shares]

    @property
    def score(self) -> float:
        """The higher one: who copies the words need not copy the code."""
        return max(shares.score for shares in self.kinds.values())


@dataclass(frozen=True, slots=True)
class Span:
    """Where in which text of a hand-in something stands."""

    text: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The same in two hand-ins, but for names and such."""

    kind: Kind
    first: Span
    second: Span
    tokens: int
    others: int  # further hand-ins that have some of it


@dataclass(frozen=True, slots=True)
class Listed:
    """A pair with both texts, for a person to read."""

    pair: Pair
    first: tuple[Text, ...]
    second: tuple[Text, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A class, compared."""

    hand_ins: tuple[str, ...]
    pairs: int  # that were compared
    highest: tuple[float, ...]  # of each hand-in, the score of the pair with the most in common
    ranked: tuple[Pair, ...]  # those with the most in common
    listed: tuple[Listed, ...]  # of these the first with their texts, but nobody's too often
    unread: Mapping[str, str] = field(default_factory=dict)  # why, by hand-in
    cut: tuple[str, ...] = ()  # hand-ins of which only a part was looked at
