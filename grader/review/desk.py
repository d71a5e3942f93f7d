"""What there is to mark: each question, and to it what every hand-in wrote, in an order that tells nobody's name."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from grader.batch.files import kept_own, observed_file
from grader.checks import Reading
from grader.errors import GraderError
from grader.exports.json import from_json
from grader.gradebook.rows import DECIDED_BY_PEOPLE
from grader.marking import guided
from grader.model import CriterionResult, Own, Question, Result
from grader.observed import unpack
from grader.report import markdown
from grader.report.album import Album
from grader.report.text import visible

if TYPE_CHECKING:
    from grader.gradebook import Entry
    from grader.gradebook.book import Book
    from grader.rubric import Rubric

__all__ = ["Answer", "Desk", "Pile", "Written", "laid_out"]

RENDERED = 600  # answers whose pages are kept at hand
READ = 5000  # hand-ins whose texts are kept at hand, for the search
PROSE = "prose"
EVERYBODYS = ((1.0, "all of it"), (0.5, "half of it"), (0.0, "nothing of it"))  # where a rubric names no levels


@dataclass(frozen=True, slots=True)
class Answer:
    """What one hand-in has for one question, as the grader left it."""

    key: str  # for addresses; it tells nobody's name
    number: int  # its place among the answers to this question, from 1
    hand_in: str
    hand_in_key: str
    criterion: CriterionResult
    levels: tuple[tuple[float, str], ...]  # points, and when they are given

    @property
    def by_hand(self) -> bool:
        """Whether a person decides; other points than the grader's need a reason."""
        return self.criterion.verdict in DECIDED_BY_PEOPLE

    @property
    def maximum(self) -> float:
        """The most points that it can get."""
        return self.criterion.score.maximum


@dataclass(frozen=True, slots=True)
class Pile:
    """One question with all answers to it."""

    id: str
    title: str
    description: str
    section: str
    points: float
    model_answer: str  # for the marker only
    answers: tuple[Answer, ...]
    kind: str = ""

    @property
    def by_hand(self) -> tuple[Answer, ...]:
        """The answers that wait, or waited, for a person."""
        return tuple(answer for answer in self.answers if answer.by_hand)


@dataclass(frozen=True, slots=True)
class Written:
    """What a student wrote, ready for a page, and as plain text for the search."""

    html: Markup
    text: str
    where: str = ""
    own: bool = False  # as its report shows it, with what was drawn


@dataclass
class _Lying:
    """What lies on the desk at one moment."""

    latest: int
    entries: Mapping[str, Entry]
    piles: Mapping[str, Pile]
    answers: Mapping[str, Answer] = field(default_factory=dict)


class Desk:
    """The class as its markers see it; results are read again when a hand-in was graded anew."""

    def __init__(self, out: Path, book: Book, assignment: str, rubric: Rubric, secret: str) -> None:
        self.book, self.assignment, self.rubric = book, assignment, rubric
        self._out, self._secret = out, secret
        self._guides = guided(rubric)
        self._reading = {each.id: each.check for each in rubric.criteria if isinstance(each.check, Reading)}
        self._lock = threading.Lock()
        self._lying = self._laid()
        self.written = lru_cache(RENDERED)(self._written)
        self._texts = lru_cache(READ)(self._read)

    @property
    def piles(self) -> Mapping[str, Pile]:
        """The questions by criterion, in the rubric's order."""
        return self._now().piles

    def entries(self) -> dict[str, Entry]:
        """What stands of each hand-in now."""
        marks = self.book.marks(self.assignment)
        return {name: replace(each, marks=marks.get(name, {})) for name, each in self._now().entries.items()}

    def answer(self, key: str) -> Answer | None:
        """The answer with this key."""
        return self._now().answers.get(key)

    def hand_in(self, key: str) -> list[Answer]:
        """All that one hand-in has, in the rubric's order."""
        return [each for pile in self.piles.values() for each in pile.answers if each.hand_in_key == key]

    def text(self, answer: Answer) -> str:
        """What was written, for the search."""
        own = self._own(answer)
        return "\n".join(filter(None, [self._shown(answer)[0], own.text if own else ""]))

    def _now(self) -> _Lying:
        with self._lock:
            if self.book.latest(self.assignment) != self._lying.latest:
                self._lying = self._laid()
                self.written.cache_clear()
                self._texts.cache_clear()
            return self._lying

    def _laid(self) -> _Lying:
        latest = self.book.latest(self.assignment)
        entries = self.book.entries(self.assignment)
        results = {name: from_json(entry.result) for name, entry in entries.items() if entry.result}
        piles = {pile.id: pile for pile in self._piled(results)}
        return _Lying(latest, entries, piles, {each.key: each for pile in piles.values() for each in pile.answers})

    def _piled(self, results: Mapping[str, Result]) -> Iterator[Pile]:
        found: dict[str, dict[str, CriterionResult]] = {}
        sections = {}
        for hand_in, result in results.items():
            for section in result.sections:
                for criterion in section.criteria:
                    found.setdefault(criterion.id, {})[hand_in] = criterion
                    sections[criterion.id] = section.title or section.id
        order = {criterion.id: place for place, criterion in enumerate(self.rubric.criteria)}
        for id_ in sorted(found, key=lambda id_: order.get(id_, len(order))):
            yield self._pile(id_, sections[id_], found[id_])

    def _pile(self, id_: str, section: str, criteria: Mapping[str, CriterionResult]) -> Pile:
        guide = self._guides.get(id_)
        order = sorted(criteria, key=lambda hand_in: self._key(id_, hand_in))
        answers = (self._answer(n, hand_in, criteria[hand_in], guide) for n, hand_in in enumerate(order, 1))
        first = criteria[order[0]]
        model_answer = guide.model_answer if guide else ""
        points = first.score.maximum
        return Pile(id_, first.title, first.description, section, points, model_answer, tuple(answers), first.kind)

    def _answer(self, number: int, hand_in: str, criterion: CriterionResult, guide: Question | None) -> Answer:
        shares = _complete(guide.levels) if guide and guide.levels else EVERYBODYS
        levels = tuple((round(share * criterion.score.maximum, 2), when) for share, when in shares)
        key = self._key(criterion.id, hand_in)
        return Answer(key, number, hand_in, self._key("", hand_in), criterion, levels)

    def _key(self, criterion: str, hand_in: str) -> str:
        return sha256(f"{self._secret}\0{criterion}\0{hand_in}".encode("utf-8", "replace")).hexdigest()[:16]

    def _written(self, answer: Answer) -> Written:
        text, where = self._shown(answer)
        own = self._own(answer)
        if own is None or own.state != "there":
            return Written(laid_out(text, answer.criterion.kind), text, where)
        parts = [Album(inline=True).words(own)]
        if _words(text) not in _words(own.text) and answer.criterion.kind == PROSE:
            parts.insert(0, laid_out(text, PROSE))
        return Written(Markup("").join(parts), text or own.text, where or own.where, own=True)

    def _shown(self, answer: Answer) -> tuple[str, str]:
        return self._texts(answer.hand_in).get(answer.criterion.id, ("", ""))

    def _read(self, hand_in: str) -> dict[str, tuple[str, str]]:
        """What a hand-in wrote and where, by criterion, as it was observed."""
        try:
            seen = unpack(observed_file(self._out, hand_in).read_bytes()).observations.criteria
        except (OSError, GraderError):
            return {}
        there = {id_: seen[id_].values for id_ in self._reading if id_ in seen and not seen[id_].failure}
        return {id_: self._reading[id_].shown(values) for id_, values in there.items() if values}

    def _own(self, answer: Answer) -> Own | None:
        """What the student wrote and drew for the section of this answer."""
        for section in self.rubric.sections:
            if section.own and any(each.id == answer.criterion.id for each in section.criteria):
                try:
                    return kept_own(self._out, answer.hand_in).get(section.id)
                except (OSError, ValueError, KeyError, TypeError, AttributeError):
                    return None
        return None


def laid_out(text: str, kind: str) -> Markup:
    """Prose as Markdown; formulas and numbers as they were typed."""
    if kind == PROSE or not text:
        return markdown.rendered(text)
    return Markup('<pre class="typed">{}</pre>').format(visible(text, markdown.LONGEST))


def _complete(levels: tuple[tuple[float, str], ...]) -> list[tuple[float, str]]:
    """The rubric's levels, with all and nothing where it does not name them."""
    shares = {share for share, _ in levels}
    added = [level for level in (EVERYBODYS[0], EVERYBODYS[2]) if level[0] not in shares]
    return sorted([*levels, *added], key=lambda level: -level[0])


def _words(text: str) -> str:
    return " ".join(text.split())
