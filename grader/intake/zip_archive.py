"""A zip archive as a hand-in: members are read into memory one by one, within limits, and never unpacked to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path

from grader.errors import IntakeError
from grader.intake.entry import MIB, Entry, IntakeLimits, LeftOut, Listing, Unreadable
from grader.intake.members import Environments, Member, listed
from grader.intake.names import DAMAGED, LINK, SPECIAL, noise, refusal, split

__all__ = ["listing", "members", "opened"]

ENCRYPTED = "Files behind a password are not read"
METHOD = "Files packed in another way than zip's usual one (deflate) are not read"

DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)
"""What zipfile raises on bytes that are not as they should be; NotImplementedError is a RuntimeError."""
BYTES_FOR_AN_ENTRY = 256  # in the archive's table of contents; usual are 46, the name and 24
SMALLEST_LOCAL_HEADER = 30
SMALL = MIB  # below it, no ratio is suspicious: a file of zeros packs a thousandfold


@contextmanager
def listing(path: Path, limits: IntakeLimits) -> Iterator[Listing]:
    """All members of a zip archive, which stays open meanwhile."""
    with opened(path, limits) as archive:
        yield listed(members(archive), limits)


@contextmanager
def opened(path: Path, limits: IntakeLimits) -> Iterator[zipfile.ZipFile]:
    """A zip archive of no more members than the limits allow, none of which overlap."""
    with _Capped(path, limits.entries * BYTES_FOR_AN_ENTRY) as file, _opened(path, file) as archive:
        members = archive.infolist()
        if len(members) > limits.entries:
            raise IntakeError(f"{path}: holds {len(members):,} members; at most {limits.entries:,} are taken.")
        _refuse_overlaps(path, members)
        yield archive


def members(archive: zipfile.ZipFile) -> list[Member]:
    """The members by name."""
    return [Member(_name(each), partial(_part, archive, each)) for each in archive.infolist()]


class _Capped(io.BufferedReader):
    """A file that gives only so much at once: zipfile reads an archive's whole table of contents in one go."""

    def __init__(self, path: Path, cap: int) -> None:
        super().__init__(io.FileIO(path))
        self.path = path
        self.cap = max(cap, 1 << 17)  # zipfile reads the last 64 KiB in any case

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self.cap + 1 if size is None or size < 0 else size
        content = super().read(min(wanted, self.cap + 1))
        if len(content) > self.cap:
            raise IntakeError(
                f"{self.path}: its table of contents is longer than {self.cap:,} bytes. Is it one hand-in?"
            )
        return content


@contextmanager
def _opened(path: Path, file: _Capped) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGE as error:
        raise IntakeError(f"{path}: the zip archive is damaged: {error}. Ask for it again.") from None
    with archive:
        yield archive


def _refuse_overlaps(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    """Members that share bytes are how a small archive holds terabytes."""
    for member, following in pairwise(sorted(members, key=lambda member: member.header_offset)):
        if member.header_offset + SMALLEST_LOCAL_HEADER + member.compress_size > following.header_offset:
            raise IntakeError(f"{path}: members of the zip archive overlap, as in a zip bomb. It is not opened.")


def _name(member: zipfile.ZipInfo) -> str:
    """The whole name; many programs write UTF-8 without saying so, which zipfile reads as a DOS code page."""
    name = member.orig_filename  # zipfile cuts `filename` at a null character
    if member.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeDecodeError:
        return name


def _part(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limits: IntakeLimits, environments: Environments
) -> Entry | LeftOut:
    """One member, under this name."""
    parts = split(name)
    uninteresting = noise(parts, environments)
    if uninteresting:
        return uninteresting
    reason = refusal(name, limits) or _unusable(member, limits)
    if reason or not parts:
        return LeftOut(reason or DAMAGED, name)
    return Entry("/".join(parts), member.file_size, partial(_read, archive, member))


def _unusable(member: zipfile.ZipInfo, limits: IntakeLimits) -> str | None:
    kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where the archive comes from Windows
    if kind == stat.S_IFLNK:
        return LINK
    if kind not in (0, stat.S_IFREG):
        return SPECIAL
    if member.flag_bits & 0x1:
        return ENCRYPTED
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return METHOD  # zipfile unpacks the others in pieces of any size
    if member.file_size > max(SMALL, limits.ratio * member.compress_size):
        return f"Files that unpack to more than {limits.ratio} times their size are not read"
    return None


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The content, when it has the length and the checksum that the archive claims."""
    try:
        with archive.open(member) as stream:
            content = stream.read(member.file_size + 1)  # never gives more than the claimed size
    except DAMAGE:
        raise Unreadable(DAMAGED) from None
    if len(content) != member.file_size:
        raise Unreadable(DAMAGED)
    return content
