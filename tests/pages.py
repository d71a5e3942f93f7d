"""The pages of the documentation, and the blocks on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
BLOCK = re.compile(r"(?P<before>[^\n]*)\n+```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
NOT_RUN = "*Not run by the tests: "


@dataclass(frozen=True)
class Block:
    """A block of a page: its language, what stands in it, and the line above it."""

    page: str  # from docs, or README.md
    number: int
    language: str
    text: str
    before: str

    def __str__(self) -> str:
        return f"{self.page}:{self.number}"

    @property
    def name(self) -> str:
        """The file that its first line names: # solution/logistic.py."""
        named = re.match(r"# (\S+)", self.text)
        return named[1].rstrip(",") if named else ""

    @property
    def is_run(self) -> bool:
        """Whether the page does not say that it is only read."""
        return not self.before.startswith(NOT_RUN)


def blocks(language: str) -> list[Block]:
    """All blocks of a language, page by page."""
    return [each for page in PAGES for each in _blocks(page) if each.language == language]


@cache
def _blocks(page: Path) -> list[Block]:
    name = page.relative_to(DOCS).as_posix() if page.is_relative_to(DOCS) else page.name
    return [
        Block(name, number, found["language"], found["text"], found["before"])
        for number, found in enumerate(BLOCK.finditer(page.read_text("utf-8")), 1)
    ]
