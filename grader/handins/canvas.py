"""Canvas's “Download Submissions”: flat, `name_LATE_user_attachment_file`, with -1, -2 where a file was sent again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle
from grader.sheets.people import person

__all__ = ["find"]

# As Canvas's own code writes it; it takes such numbers out of names, so no name can forge one.
FILE = re.compile(r"(?P<name>\w*?)(?:_(?P<late>LATE))?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL)
TEXT = re.compile(r"(?P<name>\w*?)(?:_(?P<late>LATE))?_(?P<user>\d+)_(?P<file>(?:text|link)\.html)", re.DOTALL)
ANONYMOUS = re.compile(r"(?:(?P<late>LATE)_)?anon_(?P<user>[^_]+)_(?:(?P<attachment>\d+)_)?(?P<file>.+)", re.DOTALL)
AGAIN = re.compile(r"(?P<stem>.+?)-(?P<number>\d{1,3})(?P<suffix>\.[^.]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sent:
    """One file that somebody sent."""

    entry: str
    file: str  # its name, without a number that Canvas put there
    number: int  # how often it was sent before
    late: bool


def find(bundle: Bundle) -> list[HandIn] | None:
    """The files of each student, where most of the names are Canvas's."""
    read = {name: _read(name) for name, is_folder in bundle.top.items() if not is_folder}
    known = {name: found for name, found in read.items() if found}
    if not known or 2 * len(known) < len(bundle.top):
        return None
    sent: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for name, found in known.items():
        sent[found["user"], found.groupdict().get("name", "")].append(_sent(name, found))
    return [each for (user, name), files in sent.items() for each in _hand_ins(user, name, files)]


def _read(name: str) -> re.Match[str] | None:
    return ANONYMOUS.fullmatch(name) or TEXT.fullmatch(name) or FILE.fullmatch(name)


def _sent(entry: str, found: re.Match[str]) -> Sent:
    file, late = found["file"], bool(found["late"])
    again = AGAIN.fullmatch(file)
    if again is None:
        return Sent(entry, file, 0, late)
    return Sent(entry, again["stem"] + again["suffix"], int(again["number"]), late)


def _hand_ins(user: str, name: str, files: Sequence[Sent]) -> list[HandIn]:
    """One for each number that occurs: the files as they were after so many times, oldest first."""
    people = (person([f"canvas {user}"], [name], {"id": f"canvas {user}", "name": name}),)
    versions = []
    for number in sorted({each.number for each in files}):
        by_file = {each.file: each for each in sorted(files, key=lambda each: each.number) if each.number <= number}
        late = any(each.late for each in by_file.values())
        parts = tuple((each.entry, each.file) for each in by_file.values())
        versions.append(HandIn("_".join(filter(None, (name, user))), parts, f"canvas {user}", people, late))
    return _if_sent_again(versions, files)


def _if_sent_again(versions: list[HandIn], files: Sequence[Sent]) -> list[HandIn]:
    """Numbers make versions only where a file is there under two of them: a student may have numbered one too."""
    return versions if len({each.file for each in files}) < len(files) else versions[-1:]
