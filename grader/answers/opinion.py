"""What is thought of one answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from grader.expressions import ExpressionError
from grader.model import Finding

__all__ = ["Opinion", "Slipped", "formula_in", "unreadable"]

WIDE = 60  # characters of a formula that are shown around the place where it cannot be read


@dataclass(frozen=True, slots=True)
class Opinion:
    """The share of the points that an answer earns, and why; None: a person has to read it."""

    share: float | None
    findings: tuple[Finding, ...] = ()


class Slipped(BaseModel):
    """What is said of a wrong answer that is met often, and the share of the points that it keeps."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    finding: Annotated[str, Field(min_length=1)] = Field(description="What is said of it.")
    hint: str = Field(default="", description="What to try.")
    give: Annotated[float, Field(ge=0, lt=1)] = Field(default=0.0, description="The share of the points that it keeps.")

    def opinion(self) -> Opinion:
        return Opinion(self.give, (Finding("known-slip", self.finding, self.hint),))


def unreadable(text: str, error: ExpressionError) -> Opinion:
    """Nobody loses a point because a parser knows too little: a person reads on."""
    start = max(0, error.column - 1 - WIDE // 2)
    shown = re.sub(r"\s", " ", text[start : start + WIDE])
    caret = " " * (error.column - 1 - start) + "^"
    return Opinion(
        None,
        (
            Finding(
                "unreadable",
                f"Column {error.column} of this answer: {error.message}.\n{shown}\n{caret}",
                "A person will read it. Written on one line, in the letters of the question, it is checked at once.",
            ),
        ),
    )


def formula_in(text: str) -> str:
    """The formula of an answer that may have words around it: the last one set apart, else the last one in a line."""
    for pattern in _SET_APART:
        if found := pattern.findall(text):
            return str(found[-1]).strip()
    lines = [line for line in text.strip().splitlines() if line.strip()]
    is_block = "\\begin" in text or not any(_WORDS.search(line) for line in lines)
    return text.strip() if is_block or not lines else lines[-1].strip()


_SET_APART = (
    re.compile(r"\$\$(.+?)\$\$", re.DOTALL),
    re.compile(r"\\\[(.+?)\\\]", re.DOTALL),
    re.compile(r"```[a-z]*\n(.+?)```", re.DOTALL),
    re.compile(r"(?<![\\$])\$([^$\n]+)\$"),
    re.compile(r"\\\((.+?)\\\)", re.DOTALL),
    re.compile(r"(?<!`)`([^`\n]+)`"),
)
_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,} +[A-Za-z]{2,} +[A-Za-z]{2,}")
