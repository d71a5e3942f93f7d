"""YAML as a rubric is written: a strict part of YAML 1.2 in which every value knows its line and column.

Only `true` and `false` are booleans, so `no` stays a word; `1e-5` is a number; there are no dates, sexagesimals or
octal numbers. Repeated keys, tags, anchors and aliases are problems. Nothing is constructed but plain values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["Document", "Path", "Place", "Problem", "parse"]

MAX_BYTES = 1 << 20
MAX_DEPTH = 30
MAX_DIGITS = 18

Path = tuple[str | int, ...]
"""The way to a value from the top, such as `("sections", 0, "title")`."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column, both counted from one."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, and where."""

    place: Place
    message: str


@dataclass(frozen=True)
class Document:
    """One YAML file: its plain value, where each part stands, and what is wrong with it."""

    value: Any
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def place(self, path: Path) -> Place:
        """Where the value at `path` stands, or the nearest value around it that is there."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))

    def key_place(self, path: Path) -> Place:
        """Where the key of the value at `path` stands."""
        return self.keys.get(path) or self.place(path)


def parse(content: bytes) -> Document:
    """The document in these bytes; its value is None where it cannot be read to its end."""
    builder = _Builder()
    try:
        value = builder.document(_text(content))
    except _Stop as stop:
        return Document(None, problems=(*builder.problems, stop.problem))
    return Document(value, builder.values, builder.keys, tuple(builder.problems))


class _Stop(Exception):
    """Reading cannot go on."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(place, message)


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _Stop(Place(1, 1), f"the file has {len(content)} bytes; more than {MAX_BYTES} are not read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        raise _Stop(_end_of(before), "the file is not UTF-8 text from here on; save it as UTF-8") from None
    found = _NOT_PRINTABLE.search(text)
    if found:
        raise _Stop(_end_of(text[: found.start()]), f"the control character {found.group()!r} does not belong in YAML")
    return text


_NOT_PRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _end_of(text: str) -> Place:
    lines = text.split("\n")
    return Place(len(lines), len(lines[-1]) + 1)


class _Builder:
    """Builds the value from the parser's events, and writes down where everything stands."""

    def __init__(self) -> None:
        self.values: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.problems: list[Problem] = []

    def document(self, text: str) -> Any:
        self.events = _events(text)
        event = next(self.events, None)
        if event is None:
            raise _Stop(Place(1, 1), "the file is empty")
        value = self._value(event, ())
        after = next(self.events, None)
        if after is not None:
            raise _Stop(_start(after), "a second document starts here; a file holds one")
        return value

    def _value(self, event: Any, path: Path) -> Any:
        place = _start(event)
        if isinstance(event, yaml.AliasEvent):
            raise _Stop(place, f"the alias *{event.anchor} is not supported; write the value out")
        if len(path) > MAX_DEPTH:
            raise _Stop(place, f"this is nested deeper than {MAX_DEPTH} levels")
        self._plain_node(event, place)
        self.values[path] = place
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, place)

    def _plain_node(self, event: Any, place: Place) -> None:
        if event.anchor:
            self._problem(place, f"the anchor &{event.anchor} is not supported; write the value out where it is needed")
        if event.tag:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(place, f"the tag {tag} is not supported; write the plain value")

    def _mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = _start(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise _Stop(place, "a key is text, not a list or a mapping; put text that starts with [ or { in quotes")
            self._plain_node(event, place)
            key = str(event.value)
            if key in mapping:
                first = self.keys[(*path, key)].line
                self._problem(place, f"the key {key!r} is already there in line {first}")
                self._value(next(self.events), (*path, _DROPPED))
                continue
            self.keys[(*path, key)] = place
            mapping[key] = self._value(next(self.events), (*path, key))
        return mapping

    def _sequence(self, path: Path) -> list[Any]:
        sequence: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            sequence.append(self._value(event, (*path, len(sequence))))
        return sequence

    def _scalar(self, event: Any, place: Place) -> Any:
        text = str(event.value)
        if not event.implicit[0]:  # quoted, a block of text, or tagged
            return text
        value = _resolved(text)
        if _is_too_large(value, text):
            self._problem(place, f"the number {text[:30]} is too large")
        return value

    def _problem(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place, message))


_DROPPED = -1  # the last step of the path to a value that is read and not kept
_INFINITE = (float("inf"), -float("inf"))
_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -float("inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def _is_too_large(value: Any, text: str) -> bool:
    if isinstance(value, float):
        return value in _INFINITE and text[-1].isdigit()
    return isinstance(value, int) and abs(value) >= 10**MAX_DIGITS


def _resolved(text: str) -> Any:
    """A word without quotes as YAML 1.2's core schema reads it, without its octal and hexadecimal numbers."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text) if len(text) <= MAX_DIGITS + 1 else 10**MAX_DIGITS
    if _NUMBER.fullmatch(text):
        return float(text)
    return text


def _events(text: str) -> Iterator[Any]:
    """The parser's events, without those that only open and close the stream."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            if not isinstance(event, _FRAME):
                yield event
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text) from None


_FRAME = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)


def _start(event: Any) -> Place:
    return _at(event.start_mark)


def _at(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _explained(error: yaml.MarkedYAMLError, text: str) -> _Stop:
    """What the parser met, in words for a person with an editor; libyaml and PyYAML's own parser differ in theirs."""
    here = _at(error.problem_mark or error.context_mark)
    opened = _at(error.context_mark or error.problem_mark)
    told = f"{error.context or ''}: {error.problem or ''}".strip(" :")
    if "cannot start any token" in told:
        return _Stop(here, _cannot_start(text, here))
    if "quoted scalar" in told and "unknown escape" not in told:
        return _Stop(opened, "the quote that opens here is not closed")
    for fragment, words in _PLAIN_WORDS.items():
        if fragment in told:
            return _Stop(here, words.format(line=opened.line))
    return _Stop(here, f"this is not YAML: {told}")


def _cannot_start(text: str, here: Place) -> str:
    character = _LINE_END.split(text)[here.line - 1][here.column - 1 :][:1]
    if character == "\t":
        return "a tab cannot indent; use spaces"
    return f"text cannot start with {character!r}; put it in quotes"


_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # YAML 1.1, section 4.2
_PLAIN_WORDS = {
    "unknown escape": "this \\ sequence is unknown; double the \\ or use single quotes",
    "mapping values are not allowed": "a ': ' is not expected here; put the text in quotes, or mend the indentation",
    "entries are not allowed": "a list cannot start here; begin it on a line of its own",
    "flow sequence": "the list that opens with [ in line {line} is not closed before this, or a comma is missing",
    "flow mapping": "the mapping that opens with {{ in line {line} is not closed before this, or a comma is missing",
    "could not find expected ':'": "a ':' is missing here or in the line above",
    "parsing a block": "this does not fit what starts in line {line}; mend the indentation, a quote or a bracket",
}
