"""Folders and zip archives beside each other, one for each student: what no platform made."""

from __future__ import annotations

from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle, is_archive_name, is_source_name
from grader.intake.names import without_ending
from grader.people import known_as

__all__ = ["find"]

OF_RESULTS = "run.json"  # lies in every folder of results


def find(bundle: Bundle) -> list[HandIn] | None:
    """Each folder and each archive of the top; nothing where source lies there, for then it is one hand-in itself."""
    if any(is_source_name(name) for name, is_folder in bundle.top.items() if not is_folder):
        return None
    names = [
        name
        for name, is_folder in bundle.top.items()
        if not name.startswith(".")
        and (OF_RESULTS not in bundle.children(name) if is_folder else is_archive_name(name))
    ]
    return [_hand_in(name, bundle.top[name]) for name in names] or None


def _hand_in(name: str, is_folder: bool) -> HandIn:
    id_ = name if is_folder else without_ending(name)
    return HandIn(id_, ((name, name),), id_, (known_as(id_),))
