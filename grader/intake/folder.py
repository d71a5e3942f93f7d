"""A folder as a hand-in: links are not followed, and nothing is opened that could block."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from grader.errors import IntakeError
from grader.intake.entry import Entry, IntakeLimits, LeftOut, Listing, Unreadable
from grader.intake.names import CHANGED, LINK, SPECIAL, UNREADABLE, noise, refusal

__all__ = ["listing", "read", "single"]

NOW_ANOTHER = frozenset({errno.ELOOP, errno.ENOENT, errno.ENXIO})  # a link, nothing, a socket


@contextmanager
def listing(path: Path, limits: IntakeLimits) -> Iterator[Listing]:
    """All files below a folder."""
    yield _walk(path, limits)


def _walk(root: Path, limits: IntakeLimits) -> Listing:
    entries: list[Entry] = []
    left_out: list[LeftOut] = []
    waiting: list[tuple[str, ...]] = [()]
    seen = 0
    while waiting:
        parents = waiting.pop()
        children = _children(root, parents, limits.entries - seen)
        if isinstance(children, LeftOut):
            left_out.append(children)
            continue
        seen += len(children)
        if seen > limits.entries:
            raise IntakeError(f"{root}: holds more than {limits.entries:,} files and folders. Is it one hand-in?")
        environments = {parents} if any(child.name == "pyvenv.cfg" for child in children) else set()
        for child in children:
            match _examine(child, (*parents, child.name), environments, limits):
                case Entry() as entry:
                    entries.append(entry)
                case LeftOut() as thing:
                    left_out.append(thing)
                case folder:
                    waiting.append(folder)
    return Listing(tuple(entries), tuple(left_out))


def single(path: Path, name: str, limits: IntakeLimits) -> Entry | LeftOut:
    """One file, under this name."""
    reason = refusal(name, limits)
    if reason:
        return LeftOut(reason, name)
    try:
        about = path.lstat()
    except OSError:
        return LeftOut(UNREADABLE, name)
    if not stat.S_ISREG(about.st_mode):
        return LeftOut(LINK if stat.S_ISLNK(about.st_mode) else SPECIAL, name)
    return Entry(name, about.st_size, partial(read, str(path), limits.of(name)))


def _children(root: Path, parents: tuple[str, ...], limit: int) -> list[os.DirEntry[str]] | LeftOut:
    """Up to one more than the limit, sorted."""
    try:
        with os.scandir(root.joinpath(*parents)) as children:
            return sorted(islice(children, limit + 1), key=lambda child: child.name)
    except OSError as error:
        if not parents:
            raise IntakeError(f"{root}: cannot be read: {error.strerror}.") from None
        return LeftOut(UNREADABLE, "/".join(parents))


def _examine(
    child: os.DirEntry[str], parts: tuple[str, ...], environments: set[tuple[str, ...]], limits: IntakeLimits
) -> Entry | LeftOut | tuple[str, ...]:
    """An entry, a thing to leave out, or the parts of a folder to look into."""
    uninteresting = noise(parts, environments)
    if uninteresting:
        return uninteresting
    name = "/".join(parts)
    reason = refusal(name, limits)
    if reason:
        return LeftOut(reason, name)
    try:
        if child.is_symlink():
            return LeftOut(LINK, name)
        if child.is_dir(follow_symlinks=False):
            return parts
        if not child.is_file(follow_symlinks=False):
            return LeftOut(SPECIAL, name)
        return Entry(name, child.stat(follow_symlinks=False).st_size, partial(read, child.path, limits.of(name)))
    except OSError:
        return LeftOut(UNREADABLE, name)


def read(path: str, limit: int) -> bytes:
    """A plain file of at most so many bytes; raises Unreadable."""
    try:
        # It was a plain file a moment ago. Should it be a link by now, this fails; a pipe does not keep us waiting.
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(limit + 1) if plain else b""
    except OSError as error:
        raise Unreadable(CHANGED if error.errno in NOW_ANOTHER else UNREADABLE) from None
    if not plain or len(content) > limit:
        raise Unreadable(CHANGED)
    return content
