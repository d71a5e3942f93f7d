"""Removes a folder that a hand-in filled, however deep it is: no recursion, and no path longer than one name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count

__all__ = ["empty", "remove"]

_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


def remove(folder: str) -> None:
    """Remove a folder whose processes have ended; what cannot be removed stays, and nothing is raised."""
    with suppress(OSError):
        empty(folder)
        os.rmdir(folder)


def empty(folder: str) -> bool:
    """Remove all that is in a folder; whether nothing is left in it.

    Raises:
        OSError: it cannot be opened.
    """
    os.chmod(folder, 0o700)  # its owner may have shut himself out
    with _opened(folder) as top:
        _take_all_apart(top)
        return not os.listdir(top)


def _take_all_apart(top: int) -> None:
    """Take folder after folder apart, of which each gives its own folders to the top one."""
    numbers = count()
    while names := os.listdir(top):
        removed = [_take_apart(top, name, numbers) for name in names]
        if not any(removed):
            return


def _take_apart(top: int, name: str, numbers: Iterator[int]) -> bool:
    """Remove one thing in the top folder, once what is in it has come up; whether that worked."""
    with suppress(OSError):
        os.unlink(name, dir_fd=top)
        return True
    with suppress(OSError):
        os.chmod(name, 0o700, dir_fd=top)
        with _opened(name, top) as inner:
            for each in os.listdir(inner):
                _unlink_or_lift(each, inner, top, numbers)
        os.rmdir(name, dir_fd=top)
        return True
    return False


def _unlink_or_lift(name: str, inner: int, top: int, numbers: Iterator[int]) -> None:
    try:
        os.unlink(name, dir_fd=inner)
    except OSError:  # a folder
        os.chmod(name, 0o700, dir_fd=inner)  # its owner may forbid himself to move it
        os.rename(name, f"{next(numbers)}.lifted", src_dir_fd=inner, dst_dir_fd=top)


@contextmanager
def _opened(name: str, inside: int | None = None) -> Iterator[int]:
    folder = os.open(name, _FLAGS, dir_fd=inside)
    try:
        yield folder
    finally:
        os.close(folder)
