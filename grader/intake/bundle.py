"""A class in one folder or one archive: what lies at its top, and any part of it as a hand-in.

A zip archive of a class is not unpacked, a packed tar archive into one file; a hand-in's own archive in it is read into
memory, one at a time.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from grader.errors import IntakeError
from grader.intake import archive_format, folder, zip_archive
from grader.intake.entry import MIB, Entry, IntakeLimits, LeftOut, Listing, Unreadable
from grader.intake.gather import Intake, gather
from grader.intake.members import Member, listed
from grader.intake.names import ARCHIVES, noise

__all__ = ["ArchiveBundle", "Bundle", "FolderBundle", "Part", "is_archive_name", "is_source_name", "open_bundle"]

Part = tuple[str, str]
"""The name of something at the top, and the file name that it has in the hand-in; of a folder the content counts."""

LIMITS = IntakeLimits()
OF_A_CLASS = IntakeLimits(entries=200_000, unpacked=64 * 1024 * MIB, seconds=1800.0)
PACKED = 64 * MIB  # the largest archive of one hand-in
MOST_WRAPPERS = 3


class Bundle(Protocol):
    """Hand-ins beside each other, in whatever way a platform lays them out."""

    path: Path

    @property
    def top(self) -> Mapping[str, bool]:
        """What lies at the top, sorted, and whether it is a folder."""

    def children(self, name: str) -> frozenset[str]:
        """What lies in a folder of the top."""

    def read(self, name: str) -> bytes | None:
        """The content of a file of the top, where it can be had."""

    def below(self, name: str) -> Bundle:
        """The same of a folder of the top."""

    def take(self, id: str, parts: Sequence[Part]) -> Intake:
        """Parts of the top, as one hand-in."""


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """The class at a path, without folders that only wrap all of it.

    Raises:
        IntakeError: it is neither a folder nor an archive.
    """
    if path.is_dir():
        yield _unwrapped(FolderBundle(path))
        return
    with _members(path) as members:
        yield _unwrapped(ArchiveBundle(path, members))


@contextmanager
def _members(path: Path) -> Iterator[list[Member]]:
    from grader.intake import not_accepted, tar_archive, tar_class

    if tar_archive.is_tar(path):
        with tar_class.members(path, OF_A_CLASS) as members:
            yield members
    elif zipfile.is_zipfile(path):
        with zip_archive.opened(path, OF_A_CLASS) as archive:
            yield zip_archive.members(archive)
    else:
        if path.name.lower().endswith(ARCHIVES):
            raise IntakeError(not_accepted(path))
        raise IntakeError(f"{path}: a class is a folder, or an archive as a platform gives it (.zip, .tar, .tar.gz).")


def _unwrapped(bundle: Bundle) -> Bundle:
    for _ in range(MOST_WRAPPERS):
        names = list(bundle.top)
        if len(names) != 1 or not bundle.top[names[0]]:
            break
        inside = bundle.below(names[0])
        if any(is_source_name(name) for name, is_folder in inside.top.items() if not is_folder):
            break  # the only hand-in there is
        bundle = inside
    return bundle


def is_source_name(name: str) -> bool:
    """Whether a file of this name is code."""
    return name.lower().endswith((".py", ".ipynb"))


def is_archive_name(name: str) -> bool:
    """Whether a file of this name should be an archive that can be opened."""
    return name.lower().endswith(ARCHIVES)


class FolderBundle:
    """A class in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def top(self) -> Mapping[str, bool]:
        """What lies at the top; links are not followed."""
        children = (each for each in sorted(self.path.iterdir()) if not each.is_symlink())
        return {each.name: each.is_dir() for each in children if not noise((each.name,))}

    def children(self, name: str) -> frozenset[str]:
        try:
            return frozenset(each.name for each in (self.path / name).iterdir())
        except OSError:
            return frozenset()

    def read(self, name: str) -> bytes | None:
        found = folder.single(self.path / name, name, replace(LIMITS, file=PACKED))
        return _content(found)

    def below(self, name: str) -> Bundle:
        return FolderBundle(self.path / name)

    def take(self, id: str, parts: Sequence[Part]) -> Intake:
        wide = replace(LIMITS, file=PACKED)
        with ExitStack() as stack:
            listings = []
            for name, called in parts:
                if self.top.get(name):
                    listings.append(stack.enter_context(folder.listing(self.path / name, wide)))
                else:
                    listings.append(_of_one(folder.single(self.path / name, called, wide)))
            return _gathered(id, self.path / (parts[0][0] if parts else id), listings, stack)


class ArchiveBundle:
    """A class in an archive, which stays open."""

    def __init__(self, path: Path, members: Sequence[Member], prefix: str = "") -> None:
        self.path = path
        self._all, self._prefix = members, prefix

    @cached_property
    def _members(self) -> Mapping[str, list[Member]]:
        """The members by their first part."""
        members: dict[str, list[Member]] = {}
        for member in self._all:
            if member.name.startswith(self._prefix) and (first := self._below(member).partition("/")[0]):
                members.setdefault(first, []).append(member)
        return members

    def _below(self, member: Member) -> str:
        return member.name[len(self._prefix) :]

    @cached_property
    def top(self) -> Mapping[str, bool]:
        """What lies at the top."""
        named = {name: len(each) > 1 or self._below(each[0]) != name for name, each in self._members.items()}
        return {name: named[name] for name in sorted(named) if not noise((name,)) and name not in (".", "..")}

    def children(self, name: str) -> frozenset[str]:
        inside = (self._below(each)[len(name) + 1 :].partition("/")[0] for each in self._members.get(name, ()))
        return frozenset(filter(None, inside))

    def read(self, name: str) -> bytes | None:
        members = self._members.get(name, [])
        return _content(members[0].part(name, LIMITS, ())) if len(members) == 1 else None

    def below(self, name: str) -> Bundle:
        return ArchiveBundle(self.path, self._all, f"{self._prefix}{name}/")

    def take(self, id: str, parts: Sequence[Part]) -> Intake:
        with ExitStack() as stack:
            listings = []
            for name, called in parts:
                members = self._members.get(name, [])
                if self.top.get(name):
                    listings.append(listed(members, LIMITS, f"{self._prefix}{name}/"))
                else:
                    listings += [_of_one(each.part(called, LIMITS, ())) for each in members]
            return _gathered(id, self.path / (parts[0][0] if parts else id), listings, stack)


def _of_one(found: Entry | LeftOut) -> Listing:
    return Listing((found,), ()) if isinstance(found, Entry) else Listing((), (found,))


def _content(found: Entry | LeftOut) -> bytes | None:
    try:
        return found.read() if isinstance(found, Entry) and found.size <= PACKED else None
    except Unreadable:
        return None


def _gathered(id: str, path: Path, listings: Sequence[Listing], stack: ExitStack) -> Intake:
    entries = [entry for each in listings for entry in each.entries]
    left_out = [thing for each in listings for thing in each.left_out]
    if len(entries) > LIMITS.entries:
        raise IntakeError(f"{path}: holds more than {LIMITS.entries:,} files. Is it one hand-in?")
    opened = Listing(tuple(entries), tuple(left_out))
    if not any(is_source_name(entry.name) for entry in entries):
        opened = _unpacked(opened, path, stack)  # platforms put a student's archive into a folder of their own
    return gather(id, path, opened, LIMITS, ())


def _unpacked(listing: Listing, path: Path, stack: ExitStack) -> Listing:
    """The listing with its archives opened, one deep."""
    entries: list[Entry] = []
    left_out = list(listing.left_out)
    for entry in listing.entries:
        if not is_archive_name(entry.name) or entry.size > PACKED:
            entries.append(entry)
            continue
        inside = _inside(entry, path, stack)
        if isinstance(inside, LeftOut):
            left_out.append(inside)
        else:
            entries += _without_wrapper(inside.entries)
            left_out += inside.left_out
    return Listing(tuple(entries), tuple(left_out))


def _inside(entry: Entry, path: Path, stack: ExitStack) -> Listing | LeftOut:
    """What an archive holds. It lies on disk meanwhile, as it was sent: its format is read as that of any other."""
    file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-intake-"))) / "archive"
    try:
        file.write_bytes(entry.read())
    except Unreadable as why:
        return LeftOut(str(why), entry.name)
    listing_of = archive_format(file)
    if listing_of is None:
        return LeftOut("Files that are called like an archive and are none", entry.name)
    try:
        return stack.enter_context(listing_of(file, LIMITS))
    except IntakeError as error:
        raise IntakeError(str(error).replace(str(file), str(path / entry.name))) from None


def _without_wrapper(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries without the folder that all of them lie in: beside an archive may lie a report."""
    tops = {entry.name.partition("/")[0] for entry in entries}
    wrapped = len(tops) == 1 and all("/" in entry.name for entry in entries)
    for entry in entries:
        yield replace(entry, name=entry.name.partition("/")[2]) if wrapped else entry
