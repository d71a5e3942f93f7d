"""The student's explanations: what stands under a section's heading in Markdown files and in notebooks' text cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from grader.writeup.figures import Figures
from grader.writeup.notebooks import text_and_pictures
from grader.writeup.spec import Section

__all__ = ["Explanation", "explanations"]

LONGEST = 20_000  # characters of one explanation
MOST_LINES = 20_000  # of one file
LONGEST_HEADING, LOWEST = 240, 7
MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True)
class Explanation:
    """What a student wrote about one section, and where."""

    text: str
    files: tuple[str, ...]
    figures: Figures = field(default_factory=Figures)


def explanations(
    sections: Sequence[Section],
    files: Mapping[str, bytes],
    pictures: Mapping[str, bytes] | None = None,
    known: Collection[str] = (),
) -> dict[str, Explanation]:
    """By section id; several places are put one after the other. `known` are the names of all files, read or not."""
    found: dict[str, list[tuple[str, str]]] = {}
    held: dict[str, bytes] = {}
    for name, content in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        markdown, own = _markdown(name, content, str(len(held)))
        held |= own
        for id_, text in _under_headings(name, markdown, sections):
            found.setdefault(id_, []).append((name, text))
    album = Figures(pictures or {}, known, held)
    return {id_: _explanation(parts, album) for id_, parts in found.items()}


def _explanation(parts: Sequence[tuple[str, str]], album: Figures) -> Explanation:
    text = "\n\n".join(text for _, text in parts)[:LONGEST]
    files = tuple(dict.fromkeys(name for name, _ in parts))
    folders = tuple(dict.fromkeys(name.rpartition("/")[0] for name in files))
    return Explanation(text, files, replace(album, folders=folders))


def _markdown(name: str, content: bytes, mark: str) -> tuple[str, dict[str, bytes]]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in MARKDOWN:
        return content.decode("utf-8-sig", "replace"), {}
    return text_and_pictures(content, mark) if suffix == ".ipynb" else ("", {})


def _under_headings(name: str, markdown: str, sections: Sequence[Section]) -> Iterator[tuple[str, str]]:
    """The text under each heading that is a section's, up to the next of its rank; a file's name is a heading too."""
    lines = markdown.split("\n")[:MOST_LINES]
    headings = [(0, 0, PurePosixPath(name).stem), *_headings(lines)]
    ends = [*(line for line, _, _ in headings[1:]), len(lines)]
    current: tuple[str, int] | None = None
    gathered: list[str] = []
    for (line, rank, words), end in zip(headings, ends, strict=True):
        meant = _section(words, sections)
        begins_other = meant is not None and (current is None or meant != current[0])
        if current is not None and (begins_other or (meant is None and rank <= current[1])):
            yield from _told(current[0], gathered)
            current, gathered = None, []
        if current is None and meant is not None:
            current, gathered = (meant, rank), []
            line += _height(lines, line) if rank else 0
        if current is not None:
            gathered += lines[line:end]
    if current is not None:
        yield from _told(current[0], gathered)


def _told(id_: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    text = "\n".join(lines).strip()
    if text:
        yield id_, text


def _headings(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The line, the rank and the words of each heading outside of blocks of code.

    A line in bold is a heading of the lowest rank: in notebooks many write it so.
    """
    fence = ""
    for number, line in enumerate(lines):
        opened = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if opened and (not fence or opened[1].startswith(fence)):
            fence = "" if fence else opened[1][:3]
        if fence or len(line) > LONGEST_HEADING:
            continue
        if heading := re.match(r" {0,3}(#{1,6})\s+(.+)$", line):
            yield number, len(heading[1]), heading[2].rstrip("# \t")
        elif heading := re.match(r" {0,3}(\*\*|__)(.+)\1:?\s*$", line):
            yield number, LOWEST, heading[2]
        elif line.strip() and (under := re.match(r" {0,3}(=+|-{2,})\s*$", _line(lines, number + 1))):
            yield number, 1 if under[1][0] == "=" else 2, line.strip()


def _height(lines: Sequence[str], number: int) -> int:
    """One line, or two for a heading that is underlined."""
    return 2 if re.match(r" {0,3}(=+|-{2,})\s*$", _line(lines, number + 1)) and lines[number][:1] not in "#*_" else 1


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _section(words: str, sections: Sequence[Section]) -> str | None:
    """The section that a heading is about: the one whose name it is, or holds; of several, the longest name."""
    raw = _words(words)
    best: tuple[int, int] = (0, 0)
    found = None
    for section in sections:
        for name in (section.id, section.title, *section.headings):
            plain = _words(name)
            fit = 2 if plain in (raw, _without_number(raw)) else 1 if f" {plain} " in f" {raw} " else 0
            if fit and plain and (fit, len(plain)) > best:
                best, found = (fit, len(plain)), section.id
    return found


def _words(heading: str) -> str:
    """Lower-case words with one space between them."""
    return " ".join(re.findall(r"[^\W_]+", heading.casefold()))


def _without_number(words: str) -> str:
    """“learning rate” for “problem 1 2 learning rate”."""
    return re.sub(r"^((part|problem|question|task|section|exercise|q?\d+[a-z]?|[a-h]|[ivx]+) )+(?=.)", "", words)
