"""Excerpts of the student's own code: functions found in the syntax tree, which is read here and never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

from grader.intake import source_text
from grader.report.text import one_line
from grader.wording import listed
from grader.writeup.notebooks import cells
from grader.writeup.spec import Code

__all__ = ["Excerpt", "Line", "excerpts"]

MOST_FILES, MOST_BYTES = 60, 200_000  # looked at, and of each
LONGEST_LINE = 160
DEEPEST = 4  # classes and functions inside each other
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what Python raises on sources, hostile ones too

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Line:
    """A line of a file, or, without a number, how many are left out."""

    number: int | None
    text: str


@dataclass(frozen=True)
class Excerpt:
    """One function, and where it stands."""

    name: str
    file: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Source:
    """A file of Python, or one cell of a notebook."""

    name: str
    text: str


def excerpts(asked: Code, files: Mapping[str, bytes]) -> tuple[tuple[Excerpt, ...], tuple[str, ...]]:
    """The functions that a write-up wants to see, as far as they are there, and what a reader should know."""
    trees = [(source, _parsed(source)) for source in _sources(asked.files, files)]
    parsed = [(source, tree) for source, tree in trees if isinstance(tree, ast.Module)]
    found = {pattern: _first(pattern, parsed, asked.lines) for pattern in asked.functions}
    there = {(each.file, each.name): each for each in found.values() if each is not None}
    missing = [pattern for pattern, excerpt in found.items() if excerpt is None]
    notes = [f"No function {pattern} was found in {listed(asked.files, 'or')}." for pattern in missing]
    # A broken file is worth a word only where something is not there.
    return tuple(there.values()), (*notes, *(tree for _, tree in trees if isinstance(tree, str) and missing))


def _sources(patterns: Sequence[str], files: Mapping[str, bytes]) -> Iterator[_Source]:
    """The outermost files first; of a notebook the last cell first, because there the last definition counts."""
    for name in _fitting(patterns, files)[:MOST_FILES]:
        if name.endswith(".ipynb"):
            texts = [cell.source for cell in cells(files[name]) if cell.kind == "code"]
            for number, text in reversed([*enumerate(texts, 1)]):
                yield _Source(f"{name}, code cell {number}", text)
        else:
            yield _Source(name, source_text(files[name][: MOST_BYTES + 1]))


def _fitting(patterns: Sequence[str], files: Mapping[str, bytes]) -> list[str]:
    ordered = sorted(files, key=lambda name: (name.count("/"), name))
    fits = (name for each in patterns for name in ordered if fnmatchcase(name, each) or fnmatchcase(name, f"*/{each}"))
    return list(dict.fromkeys(fits))


def _parsed(source: _Source) -> ast.Module | str:
    """The syntax tree, or why there is none."""
    if len(source.text) > MOST_BYTES:
        return f"{source.name} is too long to look for functions in it."
    try:
        with warnings.catch_warnings(action="ignore"):  # it warns of the students' escape sequences
            return ast.parse(_without_magic(source.text))
    except UNREADABLE as error:
        where = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        told = error.msg if isinstance(error, SyntaxError) else "it is nested too deeply"
        return (
            f"{source.name}{where}: nothing of it can be shown, because Python cannot read it ({one_line(told, 100)})."
        )


def _without_magic(text: str) -> str:
    """A notebook's %lines and !lines as comments, so that all others keep their numbers."""
    return "\n".join(f"#{line}" if line[:1] in ("%", "!") else line for line in text.split("\n"))


def _first(pattern: str, parsed: Sequence[tuple[_Source, ast.Module]], cap: int) -> Excerpt | None:
    """The definition of that name in the first file that has one; in one file the last counts, as it does in Python."""
    for source, tree in parsed:
        fits = [(name, node) for name, node in _definitions(tree.body) if _is_meant(name, pattern)]
        if fits:
            name, node = fits[-1]
            return Excerpt(name, source.name, tuple(_lines(source.text, node, cap)))
    return None


def _definitions(body: Sequence[ast.stmt], before: str = "", depth: int = 0) -> Iterator[tuple[str, _Definition]]:
    for node in body if depth < DEEPEST else ():
        if isinstance(node, _Definition):
            name = f"{before}{node.name}"
            yield name, node
            yield from _definitions(node.body, f"{name}.", depth + 1)


def _is_meant(name: str, pattern: str) -> bool:
    """A name without a dot is looked for in all classes, too."""
    shown = name if "." in pattern else name.rpartition(".")[2]
    return fnmatchcase(shown.casefold(), pattern.casefold())


def _lines(text: str, node: _Definition, cap: int) -> Iterator[Line]:
    """The definition's lines, with a line that counts the missing ones wherever some are left out."""
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    last = node.end_lineno or node.lineno
    kept = _kept(list(range(first, last + 1)), node, cap)
    written = text.split("\n")
    for number, following in pairwise([*kept, last + 1]):
        yield Line(number, _shown(written[number - 1]))
        if following > number + 1:
            yield Line(None, f"… {following - number - 1} lines …")


def _kept(numbers: list[int], node: _Definition, cap: int) -> list[int]:
    """At most so many: first a long docstring goes, then the middle."""
    if len(numbers) > cap and ast.get_docstring(node, clean=False) is not None:
        told = node.body[0]
        numbers = [each for each in numbers if not told.lineno < each <= (told.end_lineno or told.lineno)]
    if len(numbers) <= cap:
        return numbers
    head = 2 * cap // 3
    return numbers[:head] + numbers[len(numbers) - (cap - head) :]


def _shown(line: str) -> str:
    """A line of code with its indentation, shortened."""
    plain = line.expandtabs(4).rstrip()
    return plain if len(plain) <= LONGEST_LINE else plain[: LONGEST_LINE - 1] + "…"
