"""Moodle's “Download all submissions”: `Full name_number_assignsubmission_file_`, a folder or before each file."""

from __future__ import annotations

import re
from collections import defaultdict

from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle, Part
from grader.people import person

__all__ = ["find"]

ENTRY = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)", re.DOTALL)


def find(bundle: Bundle) -> list[HandIn] | None:
    """The files and folders of each participant, where most of the names are Moodle's."""
    read = {name: ENTRY.fullmatch(name) for name in bundle.top}
    known = {name: found for name, found in read.items() if found}
    if not known or 2 * len(known) < len(bundle.top):
        return None
    parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for name, found in known.items():
        mine = parts[found["name"], found["number"]]  # also of who sent nothing but a text
        if found["kind"] == "file":
            mine.append((name, found["file"] or name))
    return [_hand_in(name, number, tuple(each or [(f"{name}_{number}", "")])) for (name, number), each in parts.items()]


def _hand_in(name: str, number: str, parts: tuple[Part, ...]) -> HandIn:
    key = f"participant {number}"
    return HandIn(f"{name}_{number}", parts, key, (person([key], [name], {"id": key, "name": name}),))
