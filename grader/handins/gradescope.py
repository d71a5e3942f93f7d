"""Gradescope's export: folders `submission_N`, and submission_metadata.yml, which says whose they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from grader.errors import GraderError
from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle
from grader.sheets.people import Person, gradescope_people

__all__ = ["find"]

METADATA = "submission_metadata.yml"
FOLDER = re.compile(r"submission_\d+")


def find(bundle: Bundle) -> list[HandIn] | None:
    """The folders of the export; those of one group are its versions, oldest first."""
    folders = [name for name, is_folder in bundle.top.items() if is_folder and FOLDER.fullmatch(name)]
    if METADATA not in bundle.top or not folders:
        return None
    content = bundle.read(METADATA)
    if content is None:
        raise GraderError(f"{bundle.path}: {METADATA} cannot be read.")
    people = gradescope_people(content.decode("utf-8", errors="replace"), f"{bundle.path}: {METADATA}")
    hand_ins = [_hand_in(name, people.get(name, [])) for name in folders]
    return sorted(hand_ins, key=lambda each: (_moment(each), int(each.id.rpartition("_")[2])))


def _hand_in(folder: str, people: Sequence[Person]) -> HandIn:
    keys = sorted(min(each.keys | each.names, default="") for each in people)
    submitted = people[0].told.get("submitted", "") if people else ""
    return HandIn(folder, ((folder, ""),), " + ".join(filter(None, keys)) or folder, tuple(people), submitted=submitted)


def _moment(hand_in: HandIn) -> float:
    try:
        return datetime.fromisoformat(hand_in.submitted).timestamp()
    except ValueError:
        return 0.0
