"""Folders and archives beside each other, one for each student: what no platform made."""

from __future__ import annotations

from functools import cache

from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle, is_archive_name, is_source_name
from grader.intake.names import without_ending
from grader.paths import data_folder
from grader.sheets.people import known_as

__all__ = ["OWN_MARK", "TAKEN", "find", "folders_of_references"]

OWN_MARK = "run.json"  # lies in every folder of results
TABLES = (f"{name}.{suffix}" for name in ("class", "criteria", "mistakes") for suffix in ("csv", "parquet"))
TAKEN = frozenset(
    {OWN_MARK, "summary.csv", "marking.html", "gradebook.db", "index.html", "class.pdf", "roster.csv", *TABLES}
)
"""What lies beside the hand-ins' folders of results, so that none may have such a name."""


def find(bundle: Bundle) -> list[HandIn] | None:
    """Each folder and each archive of the top; nothing where it looks like one hand-in itself."""
    if any(is_source_name(name) for name, is_folder in bundle.top.items() if not is_folder):
        return None
    if any(name.casefold() in folders_of_references() for name in bundle.top):
        return None
    return [_hand_in(name, is_folder) for name, is_folder in bundle.top.items() if _is_one(bundle, name, is_folder)]


@cache
def folders_of_references() -> frozenset[str]:
    """Such as models/ and optimizer/: they are parts of one hand-in."""
    return frozenset(path.name.casefold() for path in data_folder("reference").glob("*/*/") if path.is_dir())


def _is_one(bundle: Bundle, name: str, is_folder: bool) -> bool:
    if name.startswith("."):
        return False
    return OWN_MARK not in bundle.children(name) if is_folder else is_archive_name(name)


def _hand_in(name: str, is_folder: bool) -> HandIn:
    id_ = name if is_folder else without_ending(name)
    return HandIn(
        id_, ((name, name),), name, (known_as(id_),)
    )  # a folder and an archive are no versions: which is newer?
