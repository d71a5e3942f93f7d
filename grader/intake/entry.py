"""What every format is turned into before anything is read: a listing of entries, and of what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Entry", "IntakeLimits", "LeftOut", "Listing", "Unreadable"]

MIB = 1 << 20
NOTEBOOK = ".ipynb"


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """How much of a hand-in is taken in. Sizes are in bytes."""

    file: int = 4 * MIB  # a larger file is known by name only
    notebook: int = 8 * MIB  # a notebook is cut to that, by leaving out what its cells put out
    cut: int = 256 * MIB  # of the notebooks that are longer, as they were handed in
    total: int = 32 * MIB  # of what is read
    unpacked: int = 256 * MIB  # of a tar archive, which is read from its beginning to its end
    seconds: float = 20.0  # to unpack it: some packings are slow, and some are made to be
    pictures: int = 32 * MIB  # of those that are kept for a report, beside all that
    names: int = MIB // 4  # of the paths of what is read, in UTF-8
    files: int = 5_000  # that are read
    entries: int = 20_000  # files and folders, read or not
    depth: int = 24  # folders inside each other
    name: int = 255  # of each part of a path; what common file systems allow
    path: int = 1_000
    ratio: int = 200  # unpacked to packed size

    def of(self, name: str) -> int:
        """How long a file of this name may be when it is read."""
        return self.cut if name.lower().endswith(NOTEBOOK) else self.file


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that a format found: nothing of it is read before `read` is called."""

    name: str  # a relative path with "/" between its parts
    size: int  # as the format claims
    read: Callable[[], bytes]  # never more than the limit of a file; raises Unreadable


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not taken in. Equal reasons become one sentence."""

    reason: str
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All that a hand-in holds."""

    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]


class Unreadable(Exception):
    """A file whose content cannot be had; the text is the reason to tell."""
