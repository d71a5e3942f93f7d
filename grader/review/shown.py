"""What a page of answers shows: which of them, how far the markers are, and what to look for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.gradebook import Mark
from grader.report.text import points as in_words
from grader.review.desk import Answer, Desk, Pile
from grader.review.pen import Standing, standing

__all__ = [
    "FILTERS",
    "PAGE",
    "Card",
    "Chosen",
    "Progress",
    "cards",
    "chosen",
    "given",
    "kept",
    "marks_of",
    "points_of",
    "progress",
]

PAGE = 20  # answers on one page
FILTERS = {
    "unmarked": "To mark",
    "mine": "Marked by me",
    "others": "Marked by others",
    "conflict": "Two marks",
    "graded": "Decided by the grader",
    "all": "All",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One answer with what people gave for it."""

    answer: Answer
    now: Standing


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the markers are."""

    done: int
    all: int
    contested: int
    overridden: int
    by: tuple[tuple[str, int], ...]  # who gave how many marks

    @property
    def share(self) -> float:
        """Of what waits for a person, what has points."""
        return self.done / self.all if self.all else 1.0


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which answers a page shows."""

    filter: str
    search: str
    points: str
    after: int
    cards: tuple[Card, ...]
    found: int  # on all pages
    before: int  # on pages before this one

    @property
    def more(self) -> bool:
        """Whether there is a next page."""
        return self.before + len(self.cards) < self.found


Marks = tuple[Mapping[str, Mapping[str, Mark]], Mapping[tuple[str, str], list[Mark]]]
"""What people gave, and what met it."""


def marks_of(desk: Desk) -> Marks:
    """What people gave, as the gradebook has it now."""
    return desk.book.marks(desk.assignment), desk.book.contests(desk.assignment)


def cards(answers: Sequence[Answer], marks: Marks) -> list[Card]:
    """Answers with what people gave for them."""
    return [Card(answer, standing(answer, *marks)) for answer in answers]


def progress(found: Sequence[Card]) -> Progress:
    """How far these answers are marked."""
    waits = [card for card in found if card.answer.by_hand]
    given = Counter(card.now.mark.by for card in found if card.now.mark and card.now.mark.points is not None)
    return Progress(
        sum(card.now.state == "marked" for card in waits),
        len(waits),
        sum(card.now.state == "contested" for card in found),
        sum(card.now.state == "marked" for card in found if not card.answer.by_hand),
        tuple(given.most_common()),
    )


def chosen(
    desk: Desk, pile: Pile, found: Sequence[Card], marker: str, asked: Mapping[str, str], *, names: bool
) -> Chosen:
    """The answers that a page asks for; `found` are all of the pile."""
    filter_ = asked.get("filter") or ("unmarked" if pile.by_hand else "all")
    search, points = asked.get("q", "").strip(), asked.get("points", "").strip()
    tests = [kept(filter_, marker), _has(desk, search, names=names), _has_points(points)]
    fits = [card for card in found if all(test(card) for test in tests)]
    after = int(asked["after"]) if asked.get("after", "").isdecimal() and len(asked["after"]) < 7 else 0
    left = [card for card in fits if card.answer.number > after]
    return Chosen(filter_, search, points, after, tuple(left[:PAGE]), len(fits), len(fits) - len(left))


def kept(filter_: str, marker: str) -> Callable[[Card], bool]:
    """The test of one filter."""
    tests: dict[str, Callable[[Card], bool]] = {
        "unmarked": lambda card: card.now.state in ("open", "contested"),
        "mine": lambda card: card.now.state == "marked" and _by(card) == marker,
        "others": lambda card: card.now.state == "marked" and _by(card) != marker,
        "conflict": lambda card: card.now.state == "contested",
        "graded": lambda card: card.now.state == "graded",
    }
    return tests.get(filter_, lambda card: True)


def _by(card: Card) -> str:
    return card.now.mark.by if card.now.mark else ""


def _has(desk: Desk, search: str, *, names: bool) -> Callable[[Card], bool]:
    """Whether an answer has this in its text or its comment, or is the one with this number, such as #17."""
    wanted = search.casefold()
    if not wanted:
        return lambda card: True
    if wanted.startswith("#") and wanted[1:].isdecimal():
        return lambda card: str(card.answer.number) == wanted[1:]

    def has(card: Card) -> bool:
        comment = card.now.mark.comment if card.now.mark else ""
        name = card.answer.hand_in if names else ""
        return any(wanted in text.casefold() for text in (desk.text(card.answer), comment, name))

    return has


def _has_points(points: str) -> Callable[[Card], bool]:
    if not points:
        return lambda card: True

    def has(card: Card) -> bool:
        found = points_of(card)
        return found is not None and in_words(found) == points

    return has


def points_of(card: Card) -> float | None:
    """The points that stand: a person's, else the grader's."""
    mark = card.now.mark
    return mark.points if mark and mark.points is not None else card.answer.criterion.score.given


def given(found: Sequence[Card]) -> list[tuple[str, int]]:
    """Which points were given how often, the most points first."""
    counts = Counter(points for card in found if (points := points_of(card)) is not None)
    return [(in_words(points), counts[points]) for points in sorted(counts, reverse=True)]
