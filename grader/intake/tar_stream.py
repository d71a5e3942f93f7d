"""The members of a tar archive, one after the other, from bytes that nobody vouches for.

One block of a header is taken apart by tarfile. Going from block to block is done here, for tarfile would take names of
any length, maps of sparse files without end, and all that a packed archive unpacks to.
"""

from __future__ import annotations

import tarfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO

from grader.errors import IntakeError
from grader.intake.entry import MIB, IntakeLimits

__all__ = ["Member", "Stream", "is_header", "members", "padded"]

BLOCK = tarfile.BLOCKSIZE
END = bytes(BLOCK)
PIECE = 1 << 16
SMALL = MIB  # below it, no ratio is suspicious
LONGEST_NOTE = MIB  # a long name, or what a Mac notes about a file
NOTES_OF_ONE = 800  # bytes, in the mean
SMALLER = "Ask for it without data and models."
LONGEST_NUMBER = 20  # digits
MORE_IN_HEADER, MORE_IN_MAP = 482, 504  # where a sparse file's header, and each block after it, tell of another one
PAX = frozenset({tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE})
NOTES = PAX | {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE}
WITHOUT_CONTENT = frozenset(
    {tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE}
)


class Stream:
    """The unpacked archive, which is read onwards only, and only so far."""

    def __init__(self, path: Path, file: IO[bytes] | BufferedIOBase, limits: IntakeLimits) -> None:
        self.path = path
        self._file = file
        self._limits = limits
        self._most_for_its_size = max(SMALL, limits.ratio * path.stat().st_size)
        self._until = time.monotonic() + limits.seconds
        self._given = 0

    def take(self, count: int) -> bytes:
        """Exactly so many bytes; EOFError when there are less."""
        content = self._next(count)
        if len(content) < count:
            raise EOFError
        return content

    def skip(self, count: int) -> None:
        """Pass so many bytes by."""
        for start in range(0, count, PIECE):
            self.take(min(PIECE, count - start))

    def finish(self) -> None:
        """Read what is left, for a packed archive has its checksum at its end."""
        for _ in self.pieces():
            pass

    def pieces(self) -> Iterator[bytes]:
        """What is left, in pieces."""
        while piece := self._next(PIECE):
            yield piece

    @property
    def at(self) -> int:
        """How much of it was read."""
        return self._given

    def _next(self, count: int) -> bytes:
        content = self._file.read(count)
        self._given += len(content)
        if too := self._too_much():
            raise IntakeError(f"{self.path}: {too}")
        return content

    def _too_much(self) -> str | None:
        if self._given > self._limits.unpacked:
            return f"unpacks to more than {self._limits.unpacked // MIB} MiB. {SMALLER}"
        if self._given > self._most_for_its_size:
            return f"unpacks to more than {self._limits.ratio} times its size, as a bomb does. It is not opened."
        if time.monotonic() > self._until:
            return f"takes more than {self._limits.seconds:g} seconds to unpack. {SMALLER}"
        return None


@dataclass(frozen=True, slots=True)
class Member:
    """One member, as its headers tell it; its content comes next in the stream."""

    name: str
    kind: bytes
    size: int  # of its content, in bytes
    sparse: bool = False


def is_header(block: bytes) -> bool:
    """Whether a tar archive may begin with this block."""
    return _header(block) is not None


def members(stream: Stream, limits: IntakeLimits) -> Iterator[Member]:
    """The members in turn; whoever gets one reads all of its content, padding included, before the next."""
    noted: dict[str, str] = {}
    notes = count = 0
    while (block := stream.take(BLOCK)) != END:
        header = _header(block)
        if header is None:
            raise IntakeError(f"{stream.path}: {_damaged(count)}")
        if header.type in NOTES:
            notes += header.size
            if header.size > LONGEST_NOTE or notes > limits.entries * NOTES_OF_ONE:
                raise IntakeError(f"{stream.path}: its headers are too long. Is it one hand-in?")
            noted |= _noted(header.type, stream.take(padded(header.size))[: header.size])
            continue
        count += 1
        if count > limits.entries:
            raise IntakeError(f"{stream.path}: holds more than {limits.entries:,} members. Is it one hand-in?")
        if header.type == tarfile.GNUTYPE_SPARSE:
            _pass_map(stream, block)
        yield _member(header, noted)
        noted = {}


def padded(size: int) -> int:
    """The bytes that so much content takes in an archive."""
    return -(-size // BLOCK) * BLOCK


def _header(block: bytes) -> tarfile.TarInfo | None:
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None
    return header if header.size >= 0 else None


def _damaged(count: int) -> str:
    if count:
        return f"the tar archive is damaged behind its first {count:,} members. Ask for it again."
    return "is packed, but no tar archive. Accepted are archives with the files of one hand-in."


def _noted(kind: bytes, content: bytes) -> dict[str, str]:
    """What a header says of the member that comes next."""
    if kind == tarfile.GNUTYPE_LONGNAME:
        return {"path": _text(content.partition(b"\0")[0])}
    return dict(_records(content)) if kind in PAX else {}


def _records(content: bytes) -> Iterator[tuple[str, str]]:
    """Keys and values of lines like "30 path=models/two_layer.py", where 30 is the length of the line."""
    start = 0
    while (blank := content.find(b" ", start, start + LONGEST_NUMBER)) > 0 and content[start:blank].isdigit():
        end = start + int(content[start:blank])
        if end <= blank:
            return
        key, _, value = content[blank + 1 : end - 1].partition(b"=")
        yield _text(key), _text(value)
        start = end


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _pass_map(stream: Stream, block: bytes) -> None:
    """Pass by the blocks that tell where a sparse file has its holes."""
    more = block[MORE_IN_HEADER]
    while more:
        more = stream.take(BLOCK)[MORE_IN_MAP]


def _member(header: tarfile.TarInfo, noted: Mapping[str, str]) -> Member:
    told = noted.get("size", "")
    size = int(told) if told.isdecimal() and len(told) < LONGEST_NUMBER else header.size
    return Member(
        noted.get("path", header.name),
        header.type,
        0 if header.type in WITHOUT_CONTENT else size,
        header.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse.") for key in noted),
    )
