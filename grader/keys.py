"""What a reference gives on the inputs that everybody knows, kept on disk: a student checks again and again.

A key for any other seed is never written down: whoever read it could answer without computing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.grading import PUBLIC_SEED, Key
from grader.observed.expected import keep, kept
from grader.paths import cache_folder
from grader.versions import digest, own_versions, state_of_data

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.rubric import Rubric

__all__ = ["public_key"]


def public_key(
    rubric: Rubric,
    size: str,
    data: Mapping[str, DataSet],
    places: Mapping[str, Path | None],
    make: Callable[[], Key],
) -> Key:
    """The key for the public seed at one of the rubric's sizes: as it was kept, or else made now and kept.

    Args:
        places: where each data set lies; None for one that comes with the grader.
    """
    folder = cache_folder() / "keys" / _name(rubric, size, places)
    with suppress(GraderError):  # cut short, or of another make: it can be made again
        if (found := kept(folder)) and set(found) == {size}:
            return Key(rubric, PUBLIC_SEED, data, found)
    key = make()
    with suppress(OSError, GraderError):  # no room for it: it is made again next time
        _write(folder, keep(key.expected))
    return key


def _name(rubric: Rubric, size: str, places: Mapping[str, Path | None]) -> str:
    """One name for all that decides what the reference gives."""
    criteria = [criterion.id for criterion in rubric.criteria]
    data = {name: state_of_data(place) for name, place in places.items()}
    return digest([rubric.digest, criteria, size, data, own_versions()])


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    from grader.writing import write

    for name, content in files.items():
        write(folder / name, content)
