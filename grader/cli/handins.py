"""Which hand-ins a path on the command line means: one, or a folder of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.errors import IntakeError
from grader.handins.plain import OWN_MARK, TAKEN, folders_of_references
from grader.intake.names import ARCHIVES, noise, safe_id, without_ending
from grader.paths import data_folder

__all__ = ["HandIn", "expand", "find"]

SOURCE = (".py", ".ipynb")


@dataclass(frozen=True, slots=True)
class HandIn:
    """One hand-in to grade, under an id that no other one of the run has."""

    id: str
    path: Path


def find(paths: Sequence[Path], out: Path, *, one: bool = False) -> tuple[list[HandIn], list[str]]:
    """All hand-ins in these paths, and a sentence for each path that was taken for a folder of many.

    Args:
        one: each path is one hand-in, whatever it looks like.
    """
    found: list[Path] = []
    decisions = []
    for path in paths:
        children = [] if one else expand(path, out)
        if children:
            decisions.append(
                f"{path} holds no source itself: its {len(children)} folders and archives are the hand-ins."
            )
            decisions += _results_among(path, out.resolve())
        found += children or [path]
    if not found:
        raise IntakeError("There is no hand-in to grade.")
    return list(_named(found)), decisions


def expand(path: Path, out: Path | None = None) -> list[Path]:
    """The hand-ins in a folder of many; nothing when the path is a hand-in itself."""
    if not path.is_dir():
        return []
    children = [child for child in sorted(path.iterdir()) if _is_of_interest(child, out)]
    if any(_is_source(child) and child.is_file() for child in children):
        return []
    packed = [child for child in children if child.is_dir() or child.name.lower().endswith(ARCHIVES)]
    if len(packed) == 1 and packed[0].is_dir():  # a wrapper: around one hand-in, or around all of them
        return expand(packed[0], out)
    return [] if _are_parts(packed) else packed


def _results_among(path: Path, out: Path) -> list[str]:
    """A sentence on what was left out because it looks like results, as a hand-in may by a file of that name."""
    left = [child.name for child in sorted(path.iterdir()) if (child / OWN_MARK).is_file() and child.resolve() != out]
    return [f"Left out as results of an earlier run, for {OWN_MARK} lies in them: {', '.join(left)}."] if left else []


def _is_of_interest(child: Path, out: Path | None) -> bool:
    if child.name.startswith(".") or noise((child.name,)) or child.is_symlink():
        return False
    return not (child.is_dir() and ((out and child.resolve() == out.resolve()) or (child / OWN_MARK).is_file()))


def _are_parts(children: Sequence[Path]) -> bool:
    """Whether these are the folders of one hand-in: some are called as in a reference, or only one holds source."""
    if any(child.name.casefold() in folders_of_references() for child in children):
        return True
    return all(child.is_dir() for child in children) and sum(_holds_source(child) for child in children) < 2


def _holds_source(folder: Path) -> bool:
    return any(_is_source(path) for path in folder.rglob("*"))


def _is_source(path: Path) -> bool:
    return path.suffix.lower() in SOURCE or path.name.casefold() in _files_of_references()


@cache
def _files_of_references() -> frozenset[str]:
    """Such as answers.yaml."""
    return frozenset(path.name.casefold() for path in data_folder("reference").glob("*/*") if path.is_file())


def _named(paths: Iterable[Path]) -> Iterator[HandIn]:
    """Each path once, in order, with an id of its own: two called “a” become “a” and “a-2”."""
    used: set[str] = set(TAKEN)
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            continue
        seen.add(path.resolve())
        name = path.resolve().name
        plain = safe_id(name if path.is_dir() else without_ending(name))
        id_, number = plain, 1
        while id_.casefold() in used:
            number += 1
            id_ = f"{plain}-{number}"
        used.add(id_.casefold())
        yield HandIn(id_, path)
