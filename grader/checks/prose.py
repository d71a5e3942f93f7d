"""`kind: prose`: a proof or an explanation, which a person reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from grader.answers import as_text, find, mentions
from grader.answers.parts import part
from grader.checks import Reading, decide
from grader.model import Finding, Values, Verdict
from grader.probes import Setting


class Level(BaseModel):
    """What earns a share of the points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    give: Annotated[float, Field(ge=0, le=1)] = Field(description="The share of the points.")
    when: Annotated[str, Field(min_length=1)] = Field(description="What earns it.")


class Prose(Reading):
    """A text of the hand-in waits for a person, who alone sees the model answer and the levels."""

    EXAMPLE = (
        "{kind: prose, question: xor, empty: 0, model_answer: Adding two rows of the table contradicts the others.}"
    )
    ABSENT = frozenset({"no-answer"})
    kind: Literal["prose"]
    question: Annotated[str, Field(min_length=1)] = Field(
        description="A key of the answers' file (dots lead deeper), a cell's tag, or what a heading begins with."
    )
    file: str = Field(default="answers.yaml", description="The answers' file.")
    heading: str = Field(default="", description="What the heading begins with, where it is not the question.")
    empty: Literal["wait", 0] = Field(
        default="wait", description="What an empty answer gets: it waits for a person too, or earns 0."
    )
    template: str = Field(default="", description="What stands there before a student writes.")
    model_answer: str = Field(default="", description="For the marker; no student sees it.")
    levels: tuple[Level, ...] = Field(default=(), description="For the marker: what earns which share.")

    def read(self, files: Mapping[str, bytes]) -> Values:
        found = find(files, self.question, self.file, self.heading)
        seen = {"text": as_text(found.value), "where": found.where, "problem": found.problem}
        if seen["text"]:
            return seen
        place = part(files, [self.question, *([self.heading] if self.heading else [])], self.template)
        return {**seen, "where": place.where, "state": place.state}

    def elsewhere(self, seen: Values, files: Mapping[str, bytes], title: str) -> list[str]:
        if seen["text"] or seen.get("where"):
            return []
        return mentions(files, f"{title} {self.question} {self.heading}", self.file)

    def shown(self, seen: Values) -> tuple[str, str]:
        return str(seen["text"] or seen["problem"]), str(seen["where"])

    def guide(self, expected: Values) -> tuple[str, tuple[tuple[float, str], ...]]:
        return self.model_answer or str(expected["text"]), tuple((level.give, level.when) for level in self.levels)

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        if seen["problem"] and not seen["text"]:
            return Verdict("manual", None, (Finding("unreadable", str(seen["problem"])),))
        if self._is_written(str(seen["text"])):
            return Verdict("manual", None)
        finding = self._nothing(seen)
        return decide(0, (finding,)) if self.empty == 0 else Verdict("manual", None, (finding,))

    def _nothing(self, seen: Values) -> Finding:
        """Whether there is no place for an answer, an empty one, or only what stood there from the start."""
        where, asked = str(seen["where"]), repr(self.question)
        if seen["text"] or seen.get("state") == "template":
            return Finding(
                "no-answer", f"For {asked} there is only the text of the template.", "Write your own words.", where
            )
        if seen.get("state") == "empty":
            return Finding(
                "no-answer", f"The heading for {asked} is there, and nothing is written below it.", "", where
            )
        hint = f"Write it below that key in {self.file}, in a notebook cell with that tag, or below such a heading."
        return Finding("no-answer", f"Nothing is written for {asked} yet.", hint)

    def _is_written(self, text: str) -> bool:
        """Whether there is a word that did not stand in the template."""
        return bool(set(_words(text)) - set(_words(self.template)))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


CHECK = Prose
