"""Clones of repositories beside each other, such as `gh` makes them: `assignment-user`, each with its `.git`."""

from __future__ import annotations

from collections.abc import Sequence

from grader.handins.nouns import HandIn
from grader.intake.bundle import Bundle
from grader.sheets.people import person

__all__ = ["find"]


def find(bundle: Bundle) -> list[HandIn] | None:
    """The clones, where most of the folders are some; what else lies there is left out."""
    folders = [name for name, is_folder in bundle.top.items() if is_folder]
    clones = [name for name in folders if ".git" in bundle.children(name)]
    if not clones or 2 * len(clones) < len(folders):
        return None
    shared = _shared(clones)
    return [_hand_in(name, name[shared:]) for name in clones]


def _shared(names: Sequence[str]) -> int:
    """How long the assignment's own name is, with the hyphen before the user's; 0 where one clone cannot tell."""
    start = ""
    for signs in zip(*names, strict=False):
        if len(set(signs)) > 1:
            break
        start += signs[0]
    return len(start.rpartition("-")[0]) + 1 if len(names) > 1 and "-" in start else 0


def _hand_in(folder: str, user: str) -> HandIn:
    """A clone's owner goes by the name on the platform; nothing in its history is asked, for anybody can write that."""
    return HandIn(folder, ((folder, ""),), folder, (person([user], [], {"username": user}),))
