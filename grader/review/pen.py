"""What markers do: give points and comments, choose between marks that met, undo. Nothing is overwritten unseen."""

from __future__ import annotations

import math
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from grader.errors import GraderError
from grader.gradebook import Conflict, Given, Mark
from grader.gradebook.rows import NUMBER
from grader.report.text import points as in_words
from grader.report.text import visible
from grader.review.desk import Answer

if TYPE_CHECKING:
    from grader.gradebook.book import Book

__all__ = ["LONGEST", "Pen", "Refused", "Said", "Standing", "Undone", "standing"]

LONGEST = 1900  # characters of a comment
REMEMBERED = 500  # steps that one marker can undo
State = Literal["open", "marked", "contested", "graded"]


class Refused(GraderError):
    """What a marker gave cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What people gave for one answer: the mark that stands, and those that met it."""

    state: State  # nobody gave points yet; a person did; two did at once; the grader did
    mark: Mark | None
    contests: tuple[Mark, ...] = ()

    @property
    def version(self) -> int:
        """Of the mark; 0 where there is none."""
        return self.mark.version if self.mark else 0

    @property
    def told(self) -> str:
        """The same as long as nobody gave anything else."""
        return "-".join([str(self.version), *(f"{met.at:%H%M%S%f}" for met in self.contests)])


@dataclass(frozen=True, slots=True)
class Said:
    """What a marker filled in."""

    points: str
    comment: str = ""
    why: str = ""
    version: int = 0  # of the mark that was on the page


@dataclass(frozen=True, slots=True)
class Undone:
    """A step that was taken back."""

    answer: Answer
    points: float | None  # what stands now


def standing(
    answer: Answer, marks: Mapping[str, Mapping[str, Mark]], contests: Mapping[tuple[str, str], list[Mark]]
) -> Standing:
    """What people gave for this answer."""
    mark = marks.get(answer.hand_in, {}).get(answer.criterion.id)
    met = tuple(contests.get((answer.hand_in, answer.criterion.id), ()))
    if met:
        return Standing("contested", mark, met)
    if mark and mark.points is not None:
        return Standing("marked", mark)
    return Standing("open" if answer.by_hand else "graded", mark)


class Pen:
    """The hand that writes into one gradebook, for all markers of one server."""

    def __init__(self, book: Book, assignment: str) -> None:
        self._book, self._assignment = book, assignment
        self._steps: dict[str, deque[tuple[Answer, Given]]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def now(self, answer: Answer) -> Standing:
        """What people gave for one answer, as the gradebook has it."""
        return standing(answer, self._book.marks(self._assignment), self._book.contests(self._assignment))

    def give(self, marker: str, answer: Answer, said: Said) -> Standing:
        """Write a mark; where somebody else's is newer than what this marker saw, both are kept for a choice.

        Raises:
            Refused: points or reason cannot be taken; nothing was written.
        """
        given, before = self._given(answer, said), self.now(answer)
        if _same(before, given):
            return before
        if before.mark and before.version != said.version and before.mark.by == marker:
            given = _at(given, before.version)  # the same person at another window: the later word counts
        try:
            self._book.mark(self._assignment, [given], marker)
        except Conflict:
            return self._met(marker, answer, given)
        self._remember(marker, answer, before, given)
        return self.now(answer)

    def settle(self, marker: str, answer: Answer, said: Said, *, keep: bool) -> Standing:
        """Choose between marks that met: the one that stands, or what is said here.

        Raises:
            Refused: points or reason cannot be taken.
            Conflict: what stands has changed since; look again.
        """
        before = self.now(answer)
        given = self._given(answer, said, chosen=True)
        self._book.settle(self._assignment, given, marker, keep=keep)
        if not keep:
            self._remember(marker, answer, before, given)
        return self.now(answer)

    def undo(self, marker: str) -> Undone | None:
        """Take back this marker's last step; nothing where there is none.

        Raises:
            Conflict: somebody else marked it since, so it stays.
        """
        if not self._steps[marker]:
            return None
        answer, back = self._steps[marker].pop()
        self._book.mark(self._assignment, [back], marker)
        self._follow(marker, back)
        return Undone(answer, back.points)

    def _follow(self, marker: str, undone: Given) -> None:
        """Let the step before it, at the same answer, be undone next: it now stands under a newer version."""
        steps = self._steps[marker]
        for place, (answer, back) in enumerate(steps):
            if (back.hand_in, back.criterion, back.version + 1) == (undone.hand_in, undone.criterion, undone.version):
                steps[place] = answer, _at(back, undone.version + 1)

    def _met(self, marker: str, answer: Answer, given: Given) -> Standing:
        """Somebody else was quicker: the same is no quarrel, and anything else waits for a choice."""
        now = self.now(answer)
        if now.mark and (now.mark.points, now.mark.comment) == (given.points, given.comment):
            return now
        self._book.contest(self._assignment, given, marker)
        return self.now(answer)

    def _given(self, answer: Answer, said: Said, *, chosen: bool = False) -> Given:
        points = _points(said.points, answer.maximum)
        comment, why = _text(said.comment), _text(said.why)
        if not (answer.by_hand or why or chosen):
            raise Refused("The grader decided this one. To give other points, say why: the history keeps it.")
        name, graded = answer.criterion.id, answer.criterion.score.given
        return Given(answer.hand_in, name, points, comment, why, said.version, graded)

    def _remember(self, marker: str, answer: Answer, before: Standing, given: Given) -> None:
        mark = before.mark
        back = Given(
            answer.hand_in,
            answer.criterion.id,
            mark.points if mark else None,
            mark.comment if mark else "",
            "undone",
            given.version + 1,
            given.graded,
        )
        self._steps[marker].append((answer, back))


def _same(before: Standing, given: Given) -> bool:
    """Whether this is what stands already, so that a double click is no second mark."""
    if before.contests:
        return False
    if before.mark is None:
        return given.points is None and not given.comment
    return (before.mark.points, before.mark.comment, before.version) == (given.points, given.comment, given.version)


def _at(given: Given, version: int) -> Given:
    return replace(given, version=version)


def _points(text: str, maximum: float) -> float | None:
    """Points within their bounds; None where nothing is filled in."""
    text = text.strip()
    if not text:
        return None
    if not NUMBER.fullmatch(text) or not math.isfinite(points := float(text.replace(",", "."))):
        raise Refused(f"{visible(text, 40)!r} is no number of points.")
    if points > maximum:
        raise Refused(f"{in_words(points)} is more than the {in_words(maximum)} points of this question.")
    return round(points, 4)


def _text(text: str) -> str:
    """Plain text of bounded length, which looks the same whenever it is shown and saved again."""
    return visible(re.sub(r"\r\n?", "\n", text).strip(), LONGEST)
