"""Moodle's “Download all submissions”: `Full name_number_assignsubmission_file_`, a folder or before each file."""

from __future__ import annotations

import re
from collections import defaultdict

from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle, Part
from grader.sheets.people import person

__all__ = ["find"]

ENTRY = re.compile(r"(?P<who>.+?)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)", re.DOTALL)
NUMBERED = re.compile(r"(?P<who>.+)_(?P<number>\d+)", re.DOTALL)
BLIND = "participant"  # the name of everybody, where names are hidden
Sender = tuple[str, str, str]  # username, name, number


def find(bundle: Bundle) -> list[HandIn] | None:
    """The files and folders of each participant, where most of the names are Moodle's."""
    read = {name: ENTRY.fullmatch(name) for name in bundle.top}
    known = {name: found for name, found in read.items() if found}
    if not known or 2 * len(known) < len(bundle.top):
        return None
    parts: dict[Sender, list[Part]] = defaultdict(list)
    for name, found in known.items():
        mine = parts[_sender(found["who"])]  # also of who sent nothing but a text
        if found["kind"] == "file":
            mine.append((name, found["file"] or name))
    return [_hand_in(*sender, tuple(each)) for sender, each in parts.items()]


def _sender(who: str) -> Sender:
    """Username, name and number: a “_” in a name becomes a space there, so what is before one is a site's own username.

    Who is in no group hands in as “Default group”, in whatever language, and without a number.
    """
    numbered = NUMBERED.fullmatch(who)
    user, _, name = (numbered["who"] if numbered else who).rpartition("_")
    return user, name, numbered["number"] if numbered else ""


def _hand_in(user: str, name: str, number: str, parts: tuple[Part, ...]) -> HandIn:
    key = f"participant {number}" if number else ""
    names = [] if name.casefold() == BLIND else [name]
    told = {"id": key, "name": " ".join(names), "username": user}
    called = "_".join(filter(None, (name, number)))
    return HandIn(called, parts, key or name, (person([key, user], names, told),))
