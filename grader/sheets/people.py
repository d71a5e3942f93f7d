"""Who handed in what: hand-ins are matched with the rows of an institution's list, and nothing is ever guessed."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.sheets import read

__all__ = ["Matches", "Person", "gradescope_people", "known_as", "match", "of_row", "person", "roster"]

# What learning platforms call a downloaded hand-in. Canvas takes such numbers out of names, so a name cannot forge one.
CANVAS = re.compile(r"(?P<name>\w*?)(?:_LATE)?_(?P<user>\d+)_\d+(?:_.*)?", re.DOTALL)
MOODLE = re.compile(r"(?P<name>.+?)_(?P<participant>\d+)_assignsubmission_\w+.*", re.DOTALL)
HAND_IN = "hand_in"
MOMENTS = ("submitted", "late")  # columns that tell nobody from another


@dataclass(frozen=True, slots=True)
class Person:
    """One student: any of the keys tells who it is; a name does where nobody else has it."""

    keys: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    told: Mapping[str, str] = field(default_factory=dict)  # by column, as the list has it


@dataclass(frozen=True, slots=True)
class Matches:
    """Which row of a list belongs to which hand-in, and where a person has to look."""

    rows: Mapping[int, str]  # the hand-in of each row
    unmatched: tuple[str, ...] = ()  # hand-ins, or members of their groups, that no row fits
    ambiguous: tuple[str, ...] = ()  # that several rows fit
    twice: Mapping[int, tuple[str, ...]] = field(default_factory=dict)  # rows that several hand-ins fit


def person(keys: Sequence[str], names: Sequence[str] = (), told: Mapping[str, str] | None = None) -> Person:
    """A person as the texts of a list tell it."""
    squashed = frozenset(filter(None, map(_squashed, names)))
    return Person(frozenset(filter(None, map(_key, keys))), squashed, told or {})


def known_as(hand_in: str) -> Person:
    """What the name of a hand-in tells of who it is."""
    if found := MOODLE.fullmatch(hand_in):
        return person([f"participant {found['participant']}"], [found["name"]])
    if found := CANVAS.fullmatch(hand_in):
        return person([f"canvas {found['user']}"], [found["name"]])
    return person([hand_in], [hand_in])


def match(hand_ins: Mapping[str, Sequence[Person]], rows: Mapping[int, Person]) -> Matches:
    """The rows of each hand-in's people: by key, else by a name that only one row has."""
    found: dict[int, list[str]] = defaultdict(list)
    unmatched: list[str] = []
    ambiguous: list[str] = []
    by_key = _index({row: each.keys for row, each in rows.items()})
    by_name = _index({row: each.names for row, each in rows.items()})
    for hand_in, people in hand_ins.items():
        for each in people:
            fitting = _rows(each.keys, by_key) or _rows(each.names, by_name)
            if len(fitting) == 1:
                found[fitting.pop()].append(hand_in)
            else:
                (ambiguous if fitting else unmatched).append(hand_in)
    single = {row: those[0] for row, those in found.items() if len(set(those)) == 1}
    twice = {row: tuple(those) for row, those in found.items() if row not in single}
    return Matches(single, tuple(dict.fromkeys(unmatched)), tuple(dict.fromkeys(ambiguous)), twice)


def roster(path: Path) -> dict[str, list[Person]]:
    """The people of each hand-in, from a CSV file with the column hand_in or Gradescope's submission_metadata.yml.

    Raises:
        GraderError: the file is neither.
    """
    if path.suffix.lower() in (".yml", ".yaml"):
        return gradescope_people(path.read_text("utf-8", errors="replace"), str(path))
    sheet = read(path.read_bytes(), str(path))
    columns = [name.strip() for name in sheet.rows[0]] if sheet.rows else []
    if HAND_IN not in columns:
        raise GraderError(f"{path}: a list of who handed in what needs the column {HAND_IN!r}.")
    people: dict[str, list[Person]] = defaultdict(list)
    for row in sheet.rows[1:]:
        told = dict(zip(columns, row, strict=False))
        if told.get(HAND_IN):
            people[told.pop(HAND_IN)].append(of_row(told))
    return dict(people)


def of_row(told: Mapping[str, str]) -> Person:
    """The person of a row: columns with “name” in their heading are names, all others keys."""
    names = {column: text for column, text in told.items() if "name" in column.casefold()}
    full = [*names.values(), " ".join(names.values()), " ".join(reversed(names.values()))]
    return person([text for column, text in told.items() if column not in names and column not in MOMENTS], full, told)


def gradescope_people(text: str, where: str) -> dict[str, list[Person]]:
    """The people of each folder, as Gradescope's submission_metadata.yml tells them.

    Raises:
        GraderError: it is something else.
    """
    import yaml

    try:
        told = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {
            str(folder): [_submitter(each, about.get(":created_at")) for each in about[":submitters"]]
            for folder, about in told.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        raise GraderError(
            f"{where}: this is not Gradescope's submission_metadata.yml ({type(error).__name__})."
        ) from None


def _submitter(about: Mapping[str, Any], created: object) -> Person:
    name, student, email = (str(about.get(f":{part}") or "") for part in ("name", "sid", "email"))
    first, _, last = name.rpartition(" ")
    told = {"first_name": first, "last_name": last, "student_id": student, "email": email}
    if isinstance(created, datetime):
        told["submitted"] = (created if created.tzinfo else created.replace(tzinfo=UTC)).isoformat()
    return person([student, email], [name], told)


def _index(texts: Mapping[int, frozenset[str]]) -> Mapping[str, set[int]]:
    rows: dict[str, set[int]] = defaultdict(set)
    for row, those in texts.items():
        for text in those:
            rows[text].add(row)
    return rows


def _rows(texts: frozenset[str], index: Mapping[str, set[int]]) -> set[int]:
    return {row for text in texts for row in index.get(text, ())}


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def _squashed(name: str) -> str:
    """A name without case, spaces and signs; letters of other alphabets stay what they are, however alike they look."""
    return "".join(sign for sign in unicodedata.normalize("NFC", name).casefold() if sign.isalnum())
