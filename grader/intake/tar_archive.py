"""A tar archive as a hand-in, plain or packed: read once from its beginning to its end, and never unpacked to disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import BufferedIOBase
from pathlib import Path, PurePosixPath

from grader.errors import IntakeError
from grader.intake.entry import NOTEBOOK, Entry, IntakeLimits, LeftOut, Listing, Unreadable
from grader.intake.names import DAMAGED, LINK, PICTURES, SOURCE, SPECIAL, noise, refusal, split
from grader.intake.tar_stream import BLOCK, Member, Stream, is_header, members, padded

__all__ = ["damage_told", "is_packed", "is_tar", "listing", "opened", "unusable"]

SPARSE = "Sparse files are not read"
NO_ROOM = "Files beyond what is taken are not read"
LINKS = (tarfile.LNKTYPE, tarfile.SYMTYPE)

PACKED: Mapping[bytes, Callable[[Path], BufferedIOBase]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


def is_tar(path: Path) -> bool:
    """Whether a file begins as a tar archive, or as one that is packed."""
    return is_packed(path) or is_header(_head(path))


def is_packed(path: Path) -> bool:
    """Whether a file begins as one of the packings of a tar archive."""
    head = _head(path)
    return any(head.startswith(sign) for sign in PACKED)


@contextmanager
def listing(path: Path, limits: IntakeLimits) -> Iterator[Listing]:
    """All members of a tar archive; whatever may be asked for was read by then."""
    with damage_told(path), opened(path) as file:
        found = _listing(Stream(path, file, limits), limits)
    yield found


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with an archive that is read meanwhile."""
    try:
        yield
    except EOFError:
        raise IntakeError(f"{path}: the archive was cut off. Ask for it again.") from None
    except (OSError, zlib.error, lzma.LZMAError, MemoryError) as error:  # an xz archive may ask for gigabytes
        raise IntakeError(
            f"{path}: the archive is damaged: {str(error) or 'it asks for too much memory'}. Ask for it again."
        ) from None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(BLOCK)


def opened(path: Path) -> BufferedIOBase:
    """The archive as a file that is read onwards, unpacked meanwhile."""
    head = _head(path)
    packed = next((opened for sign, opened in PACKED.items() if head.startswith(sign)), None)
    return packed(path) if packed else path.open("rb")


def _listing(stream: Stream, limits: IntakeLimits) -> Listing:
    rooms = _rooms(limits)
    found = [_examine(stream, member, rooms, limits) for member in members(stream, limits)]
    stream.finish()
    entries = [each for each in found if isinstance(each, Entry)]
    environments = {split(entry.name)[:-1] for entry in entries if entry.name.endswith("pyvenv.cfg")}
    installed = {entry.name: why for entry in entries if (why := noise(split(entry.name), environments))}
    left_out = [each for each in found if isinstance(each, LeftOut)]
    return Listing(tuple(entry for entry in entries if entry.name not in installed), (*left_out, *installed.values()))


class _Room:
    """How much more may be kept."""

    def __init__(self, left: int) -> None:
        self._left = left

    def has(self, size: int) -> bool:
        """Whether there is room for a file, which then takes it."""
        if size > self._left:
            return False
        self._left -= size
        return True


def _rooms(limits: IntakeLimits) -> dict[str, _Room]:
    """By suffix; that for source text is larger than what is taken, so that too much of it is still refused."""
    source, pictures = _Room(limits.total + limits.file), _Room(limits.pictures)
    return {**dict.fromkeys(SOURCE, source), **dict.fromkeys(PICTURES, pictures), NOTEBOOK: _Room(limits.cut)}


def _examine(
    stream: Stream, member: Member, rooms: Mapping[str, _Room], limits: IntakeLimits
) -> Entry | LeftOut | None:
    """What there is to say of a member, once its content has gone by; nothing of a folder."""
    parts = split(member.name)
    is_folder = member.kind == tarfile.DIRTYPE
    why = noise(parts) or (None if is_folder else unusable(member, member.name, limits))
    if why or is_folder:
        stream.skip(padded(member.size))
        return why
    return Entry("/".join(parts), member.size, partial(_given, _content(stream, member, rooms, limits)))


def unusable(member: Member, name: str, limits: IntakeLimits) -> LeftOut | None:
    """Why a member under this name is no file to read."""
    reason = refusal(name, limits) or _no_file(member)
    return LeftOut(reason or DAMAGED, name) if reason or not split(name) else None


def _no_file(member: Member) -> str | None:
    if member.kind in LINKS:
        return LINK
    if member.sparse:
        return SPARSE
    return None if member.kind in tarfile.REGULAR_TYPES else SPECIAL


def _content(stream: Stream, member: Member, rooms: Mapping[str, _Room], limits: IntakeLimits) -> bytes | None:
    """The content, if anybody may ask for it."""
    room = rooms.get(PurePosixPath(member.name).suffix.lower())
    if room is None or member.size > limits.of(member.name) or not room.has(member.size):
        stream.skip(padded(member.size))
        return None
    return stream.take(padded(member.size))[: member.size]


def _given(content: bytes | None) -> bytes:
    if content is None:
        raise Unreadable(NO_ROOM)
    return content
