"""Where in a hand-in an answer stands: below a key of a YAML file, in a tagged notebook cell, or below a heading."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from grader.notebooks import Cell, Unreadable, read
from grader.strict_yaml import Document, parse

__all__ = ["Answer", "Note", "as_text", "begins", "find", "heading_levels", "mentions", "notes", "plain", "words"]

MOST_YAML = 64 << 10  # bytes
MOST_NOTEBOOK = 8 << 20  # bytes, most of them pictures in outputs
MOST_MARKDOWN = 1 << 20  # bytes
MOST_LINES = 20_000  # of all notes, for headings to be looked for
MOST_FILES = 20  # notebooks and Markdown files that are looked through
MOST_TEXT = 20_000  # characters of one answer
MOST_PARTS = 200  # values in one answer that is a list or a mapping
NOTHING = frozenset({"", "todo", "tbd", "answer", "your answer", "your answer here", "write your answer here", "none"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands there, as plain values; `problem` says why a file that may hold it could not be read."""

    value: Any = None
    where: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One cell of a notebook, or a whole Markdown file."""

    file: str
    number: int  # counted from one
    text: str
    tags: tuple[str, ...] = ()
    code: bool = False
    outputs: tuple[str, ...] = ()
    cell: Cell | None = None  # with all that it put out


def find(files: Mapping[str, bytes], question: str, file: str = "answers.yaml", heading: str = "") -> Answer:
    """The answer to a question; its value is None where nothing was written."""
    answer = _in_yaml(files, question, file)
    if answer.value is not None:
        return answer
    noted = _in_notes(notes(files), question, heading)
    return noted if noted.value is not None else answer


def mentions(files: Mapping[str, bytes], asked: str, file: str = "answers.yaml") -> list[str]:
    """Where something is written that has long words of what is asked in it, most of them first.

    A place is below the nearest heading, and is told in the words in which `find` tells it; of a plain text it is all.
    Where there is an answers' file, other texts are about something else.
    """
    if any(PurePosixPath(name).stem.casefold() == PurePosixPath(file).stem.casefold() for name in files):
        return []
    stems, cells, plain_texts = _stems(asked), notes(files), [n for n in sorted(files) if n.endswith((".txt", ".rst"))]
    below = [
        (f"{cell.file}, below “{title[:60]}”", f"{title} {own}")
        for name in dict.fromkeys(cell.file for cell in cells)
        for cell, title, text in _sections([cell for cell in cells if cell.file == name and not cell.code])
        if _is_something(own := _own(text))
    ]
    whole = [(name, _text(files[name][:MOST_MARKDOWN])) for name in plain_texts[:MOST_FILES]]
    counts = {where: len(stems & _stems(text[:MOST_TEXT])) for where, text in (*below, *whole)}
    return sorted((where for where, count in counts.items() if count), key=lambda where: -counts[where])[:MOST_FILES]


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in words(text) if len(word) >= _STEM}


def _own(text: str) -> str:
    """What stands in a section before the first heading in it."""
    lines = text.splitlines()
    return "\n".join(lines[: next((n for n, level in enumerate(heading_levels(lines)) if level), len(lines))])


_STEM = 5  # letters that “gradient” and “Gradients” have in common


def as_text(value: Any) -> str:
    """An answer as a person reads it; empty where there is none."""
    if isinstance(value, str) or value is None:
        return value or ""
    if isinstance(value, Mapping) and not any(isinstance(each, list | Mapping) for each in value.values()):
        return "\n".join(f"{key}: {each}" for key, each in value.items())
    return json.dumps(value, ensure_ascii=False)


def notes(files: Mapping[str, bytes]) -> list[Note]:
    """The cells of the notebooks and the Markdown files of a hand-in, the outermost files first."""
    names = sorted((name for name in files if name.endswith((".ipynb", ".md"))), key=_depth)
    found: list[Note] = []
    for name in names[:MOST_FILES]:
        content, is_notebook = files[name], name.endswith(".ipynb")
        if len(content) <= (MOST_NOTEBOOK if is_notebook else MOST_MARKDOWN):
            found += _cells(name, content) if is_notebook else (Note(name, 1, _text(content)),)
    return found


def _in_yaml(files: Mapping[str, bytes], question: str, file: str) -> Answer:
    stem = PurePosixPath(file).stem.casefold()
    names = (name for name in files if PurePosixPath(name).stem.casefold() == stem)
    problem = ""
    for name in sorted((name for name in names if name.casefold().endswith((".yaml", ".yml"))), key=_depth):
        document = _parsed(files[name]) if len(files[name]) <= MOST_YAML else Document(None)
        answer = _below_key(document, name, question)
        if answer.value is not None:
            return answer
        problem = problem or answer.problem
    return Answer(problem=problem)


@lru_cache(4)  # every question looks into the same few files
def _parsed(content: bytes) -> Document:
    return parse(content)


def _below_key(document: Document, name: str, question: str) -> Answer:
    if document.value is None:
        last = document.problems[-1] if document.problems else None  # the one that ended the reading
        told = f"{name}:{last.place.line}:{last.place.column}: {last.message}" if last else f"{name} is too large"
        return Answer(problem=f"{told}.")
    for way in (question.split("."), ["answers", *question.split(".")], [question.rpartition(".")[2]]):
        found = _follow(document.value, way)
        if found and _is_something(value := found[-1][1]):
            line = document.key_place(tuple(key for key, _ in found)).line
            return Answer(_capped(value), f"{name}:{line}")
    return Answer()


def _follow(value: Any, way: Sequence[str]) -> list[tuple[str, Any]]:
    """The keys that are met on this way, however they are spelled, with their values; empty where it ends early."""
    met: list[tuple[str, Any]] = []
    for step in way:
        if not isinstance(value, Mapping):
            return []
        key = next((key for key in value if plain(key) == plain(step)), None)
        if key is None:
            return []
        value = value[key]
        met.append((key, value))
    return met


def _in_notes(cells: Sequence[Note], question: str, heading: str) -> Answer:
    for cell in cells:
        if plain(question) in map(plain, cell.tags) and _is_something(cell.text):
            return Answer(cell.text[:MOST_TEXT], f"{cell.file}, cell {cell.number}")
    wanted = words(heading or question.replace(".", " "))
    for file in dict.fromkeys(cell.file for cell in cells):
        for cell, title, text in _sections([cell for cell in cells if cell.file == file and not cell.code]):
            if wanted and (begins(title, wanted) or _ends(title, question)) and _is_something(text):
                return Answer(text[:MOST_TEXT], f"{cell.file}, below “{title[:60]}”")
    return Answer()


def _sections(cells: Sequence[Note]) -> Iterator[tuple[Note, str, str]]:
    """Each heading with what stands below it, up to the next one that is no deeper."""
    every = ((cell, line) for cell in cells for line in [*cell.text[:MOST_MARKDOWN].splitlines(), ""])
    lines = list(islice(every, MOST_LINES))
    levels = heading_levels([line for _, line in lines])
    for start, level in enumerate(levels):
        if level:
            later = (n for n in range(start + 1, len(levels)) if levels[n] and levels[n] <= level)
            end = min(next(later, len(levels)), start + 400)
            below = "\n".join(line for _, line in lines[start + 1 : end])
            yield lines[start][0], lines[start][1].strip("#*_: \t"), below.strip()


def heading_levels(lines: Sequence[str]) -> list[int]:
    """How deep a heading each line is, 0 where it is none; a line in bold is the deepest, what is fenced is none."""
    fenced, levels = False, []
    for line in lines:
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        found = _HEADING.match(line)
        levels.append(0 if fenced else len(found[1]) if found else LOWEST if _BOLD.fullmatch(line) else 0)
    return levels


LOWEST = 7
_BOLD = re.compile(r" {0,3}(\*\*|__)[^*_]{1,200}\1:?\s*")
_HEADING = re.compile(r" {0,3}(#{1,6})\s+\S")


@lru_cache(8)  # every question looks into the same few files
def _cells(name: str, content: bytes) -> tuple[Note, ...]:
    """The cells of a notebook; none where it is no notebook."""
    try:
        return tuple(_note(name, cell) for cell in read(content, MOST_NOTEBOOK).cells)
    except Unreadable:
        return ()


def _note(name: str, cell: Cell) -> Note:
    printed = tuple(output.text for output in cell.outputs if output.kind != "error")
    return Note(name, cell.number, cell.source, cell.tags, cell.kind == "code", printed, cell)


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _depth(name: str) -> tuple[int, str]:
    return name.count("/"), name


def plain(key: str) -> str:
    """A name as it sounds, without what is between its letters."""
    return re.sub(r"[\W_]+", "", str(key).casefold())


def words(text: str) -> list[str]:
    """The words in lower case."""
    return re.findall(r"[^\W_]+", text.casefold())


def begins(heading: str, wanted: Sequence[str]) -> bool:
    """Whether a heading begins with these words: “loss curves” and “Problem 2 b) Loss curves” with loss."""
    title = words(heading)
    place = 0
    while place < len(title) and title[place : place + len(wanted)] != wanted and _NUMBER.fullmatch(title[place]):
        place += 1
    return title[place : place + len(wanted)] == wanted


def _ends(heading: str, question: str) -> bool:
    """Whether a heading is nothing but the last part of a question: “b) AND” with perceptron.and."""
    _, dot, last = question.rpartition(".")
    return bool(dot) and begins(heading, words(last)) and words(heading)[-len(words(last)) :] == words(last)


_NUMBER = re.compile(r"part|problem|question|task|section|exercise|answer|to|q?\d+[a-z]?|[a-h]|[ivx]+")


def _is_something(value: Any) -> bool:
    """Whether there is an answer, and not only the place for one."""
    if isinstance(value, str):
        return " ".join(words(value)) not in NOTHING or bool(re.search(r"\d", value))
    return value not in (None, [], {})


def _capped(value: Any) -> Any:
    """The value with long texts cut, or nothing where it has too many parts."""
    left = MOST_PARTS

    def kept(part: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            return None
        if isinstance(part, Mapping):
            return {str(key)[:200]: kept(each) for key, each in list(part.items())[:MOST_PARTS]}
        if isinstance(part, list):
            return [kept(each) for each in part[:MOST_PARTS]]
        return part[:MOST_TEXT] if isinstance(part, str) else part

    return kept(value)
