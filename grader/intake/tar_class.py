"""A class as a tar archive: its members by the place where each lies, so that hand-ins can be read in any order.

A packed one can only be read onwards. It is unpacked once, as a whole, into a file without a name, which is gone when
this process is.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from grader.errors import IntakeError
from grader.intake import tar_stream
from grader.intake.entry import Entry, IntakeLimits, LeftOut, Unreadable
from grader.intake.members import Environments, Member
from grader.intake.names import DAMAGED, noise, split
from grader.intake.tar_archive import damage_told, is_packed, opened, unusable
from grader.intake.tar_stream import Stream, padded

__all__ = ["members"]

File = IO[bytes] | BufferedIOBase  # with places to go to


@dataclass(frozen=True, slots=True)
class Place:
    """Where the content of a member lies."""

    member: tar_stream.Member
    start: int


@contextmanager
def members(path: Path, limits: IntakeLimits) -> Iterator[list[Member]]:
    """The members of a tar archive, which stays open; of those of one name the last, as when it is unpacked.

    Raises:
        IntakeError: it is damaged, or larger than any class.
    """
    with ExitStack() as stack:
        with damage_told(path):
            read = stack.enter_context(opened(path))
            file = stack.enter_context(_unpacked(Stream(path, read, limits))) if is_packed(path) else read
            places = {_name(place.member): place for place in _places(Stream(path, file, limits), limits)}
        yield [Member(name, partial(_part, file, place)) for name, place in places.items()]


@contextmanager
def _unpacked(stream: Stream) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile(prefix="grader-class-") as file:
        for piece in stream.pieces():
            try:
                file.write(piece)
            except OSError as error:
                where = (
                    f"{tempfile.gettempdir()}: {error.strerror}. Name another folder by TMPDIR, or unpack it yourself."
                )
                raise IntakeError(f"{stream.path}: cannot be unpacked in {where}") from None
        file.seek(0)
        yield file


def _places(stream: Stream, limits: IntakeLimits) -> Iterator[Place]:
    for member in tar_stream.members(stream, limits):
        yield Place(member, stream.at)
        stream.skip(padded(member.size))


def _name(member: tar_stream.Member) -> str:
    """The name as in other archives: tar puts “./” before all of them where it was told to pack a folder itself."""
    name = member.name
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return f"{name}/" if member.kind == tarfile.DIRTYPE else name


def _part(file: File, place: Place, name: str, limits: IntakeLimits, environments: Environments) -> Entry | LeftOut:
    parts = split(name)
    why = noise(parts, environments) or unusable(place.member, name, limits)
    return why or Entry("/".join(parts), place.member.size, partial(_read, file, place))


def _read(file: File, place: Place) -> bytes:
    file.seek(place.start)
    content = file.read(place.member.size)
    if len(content) != place.member.size:
        raise Unreadable(DAMAGED)
    return content
