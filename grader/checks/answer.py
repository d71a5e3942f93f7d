"""`kind: answer`: what a student worked out by hand, as a formula, a number, or the weights of a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from grader.answers import Formula, Number, Opinion, Slipped, Unit, as_text, find, mentions
from grader.checks import Reading, decide
from grader.model import Finding, Values, Verdict
from grader.probes import Setting


class Answer(Reading):
    """An answer in a text of the hand-in means what the reference's answer means, however it is written."""

    EXAMPLE = (
        "{kind: answer, question: decay, formula: {variables: {w: {normal: [5]}, "
        "lambda: {uniform: [], low: 0.1}}, indices: [i]}}"
    )
    ABSENT = frozenset({"no-answer"})
    kind: Literal["answer"]
    question: Annotated[str, Field(min_length=1)] = Field(
        description="A key of the answers' file (dots lead deeper), a cell's tag, or what a heading begins with."
    )
    file: str = Field(default="answers.yaml", description="The answers' file.")
    heading: str = Field(default="", description="What the heading begins with, where it is not the question.")
    formula: Formula | None = Field(default=None, description="The answer is a formula.")
    number: Number | None = Field(default=None, description="The answer is a number.")
    unit: Unit | None = Field(default=None, description="The answer is the weights and the bias of a threshold unit.")

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Answer:
        if sum(asked is not None for asked in (self.formula, self.number, self.unit)) != 1:
            raise ValueError("an answer is one of formula, number and unit")
        return self

    def read(self, files: Mapping[str, bytes]) -> Values:
        found = find(files, self.question, self.file, self.heading)
        return {"answer": found.value, "where": found.where, "problem": found.problem}

    def elsewhere(self, seen: Values, files: Mapping[str, bytes], title: str) -> list[str]:
        if seen["answer"] is not None:
            return []
        return mentions(files, f"{title} {self.question} {self.heading}", self.file)

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        if seen["answer"] is None:
            return _nothing(self.question, self.file, str(seen["problem"]))
        opinion = self._opinion(seen["answer"], expected["answer"], setting)
        where = str(seen["where"])
        findings = tuple(Finding(each.code, each.message, each.hint, where) for each in opinion.findings)
        if opinion.share is None:
            return Verdict("manual", None, findings)
        return decide(opinion.share, findings)

    def shown(self, seen: Values) -> tuple[str, str]:
        return (as_text(seen["answer"]) or str(seen["problem"]), str(seen["where"]))

    def guide(self, expected: Values) -> tuple[str, tuple[tuple[float, str], ...]]:
        return as_text(expected["answer"]), tuple((slip.give, slip.finding) for slip in self._slips())

    def _slips(self) -> Sequence[Slipped]:
        return (self.formula and self.formula.slips) or (self.number and self.number.slips) or ()

    def problem(self, expected: Values, setting: Setting) -> str:
        try:
            verdict = self.judge(expected, expected, setting)
        except ValueError as error:
            return str(error)
        return "" if verdict.status == "passed" else verdict.findings[0].message

    def _opinion(self, answer: Any, right: Any, setting: Setting) -> Opinion:
        if self.formula:
            return self.formula.opinion(answer, right, setting)
        asked = self.number or self.unit
        assert asked is not None
        return asked.opinion(answer, right)


def _nothing(question: str, file: str, problem: str) -> Verdict:
    """No answer earns nothing; a file that cannot be read waits for a person."""
    if problem:
        finding = Finding("unreadable", problem, "Fix the file, and the answer will be looked at.")
        return Verdict("manual", None, (finding,))
    told = f"There is no answer to {question!r}."
    hint = f"Write it below that key in {file}, in a notebook cell with that tag, or below a heading of that name."
    return decide(0, (Finding("no-answer", told, hint),))


CHECK = Answer
