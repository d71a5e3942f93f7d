"""From a listing to a submission: clashes, superfluous top folders, and what is worth reading."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.errors import IntakeError
from grader.intake.entry import MIB, NOTEBOOK, Entry, IntakeLimits, LeftOut, Listing, Unreadable
from grader.intake.names import PICTURES, SOURCE, UNREADABLE, sentences
from grader.model import Submission
from grader.notebooks import within

__all__ = ["Intake", "gather"]

PACKED = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".7z", ".rar"})
LFS_POINTER = b"version https://git-lfs.github.com/spec/"

TWICE = "Of names that differ at most in case or in the encoding of accents, the last one counts"
CLASH = "Files that have the name of a folder are left out"
OTHER = "Only source text is read; of these files, the name is known"
ARCHIVE = "Archives inside the hand-in are not opened"
POINTER = "Git LFS pointers stand where files should be"
CUT = "Of long notebooks, some of what the cells put out is left out"


@dataclass(frozen=True, slots=True)
class Intake:
    """A submission, and the contents that may enter the sandbox, by path."""

    submission: Submission
    files: Mapping[str, bytes]
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # for a report; they never enter the sandbox


def gather(
    id: str, path: Path, listing: Listing, limits: IntakeLimits, keep: Collection[str], pictures: bool = False
) -> Intake:
    """Read what is source text, and name the rest; pictures only where somebody asks for them."""
    entries, clashes = _unique(listing)
    entries = _without_top_folders(entries, keep)
    _refuse_nothing(path, entries, listing)
    files, unread = _read(path, entries, limits)
    _refuse_unreadable(path, [*listing.left_out, *unread])
    ignored = sentences([*listing.left_out, *clashes, *unread])
    submission = Submission(id, path, _digest(entries, files), tuple(entries), ignored)
    return Intake(submission, files, _pictures(entries, limits) if pictures else {})


def _unique(listing: Listing) -> tuple[dict[str, Entry], list[LeftOut]]:
    """The entries by name, sorted, without those that could not lie beside each other on every disk."""
    by_key: dict[str, tuple[str, Entry]] = {}
    left_out: list[LeftOut] = []
    for entry in listing.entries:
        name = unicodedata.normalize("NFC", entry.name)
        key = _key(name)
        if key in by_key:
            left_out.append(LeftOut(TWICE, name))
        by_key[key] = name, entry
    folders = {_key(str(folder)) for name, _ in by_key.values() for folder in PurePosixPath(name).parents}
    left_out += [LeftOut(CLASH, name) for key, (name, _) in by_key.items() if key in folders]
    return dict(sorted(named for key, named in by_key.items() if key not in folders)), left_out


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _without_top_folders(entries: dict[str, Entry], keep: Collection[str]) -> dict[str, Entry]:
    """Without the folder, or the folders, that only wrap all the others."""
    tops = {name.partition("/")[0] for name in entries}
    if len(tops) != 1:
        return entries
    top = tops.pop()
    if top in entries or top in keep or _is_flat_package(top, entries):
        return entries
    return _without_top_folders({name.removeprefix(f"{top}/"): entry for name, entry in entries.items()}, keep)


def _is_flat_package(top: str, entries: Collection[str]) -> bool:
    """Whether this is a Python package without folders: its modules may import each other by its name."""
    return f"{top}/__init__.py" in entries and all(name.count("/") == 1 for name in entries)


def _refuse_nothing(path: Path, entries: Collection[str], listing: Listing) -> None:
    left_out = "".join(f" {sentence}" for sentence in sentences(listing.left_out))
    if not entries:
        raise IntakeError(f"{path}: there is no file in it to grade.{left_out}")
    if all(PurePosixPath(name).suffix.lower() in PACKED for name in entries):
        found = ", ".join(list(entries)[:3])
        raise IntakeError(
            f"{path}: holds nothing but other archives ({found}). Unpack it once, and take what is inside."
        )


def _refuse_unreadable(path: Path, left_out: Iterable[LeftOut]) -> None:
    """Code that this machine keeps to itself is no fault of the student's, who would lose its points."""
    locked = [each.name for each in left_out if each.reason == UNREADABLE and _may_be_code(each.name)]
    if locked:
        raise IntakeError(
            f"{path}: {', '.join(locked[:3])} cannot be read here, and nothing is graded by halves. "
            f"Let it be read, chmod -R u+rX {path}, or ask for it again."
        )


def _may_be_code(name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return not suffix or suffix in SOURCE  # a folder has none


def _read(path: Path, entries: Mapping[str, Entry], limits: IntakeLimits) -> tuple[dict[str, bytes], list[LeftOut]]:
    files: dict[str, bytes] = {}
    left_out: list[LeftOut] = []
    total = names = cut = 0
    for name, entry in entries.items():
        content = _content(name, entry, limits, limits.cut - cut)
        if isinstance(content, LeftOut):
            left_out.append(content)
            continue
        if len(content) > max(limits.file, limits.notebook):
            cut += len(content)
            content = within(content, limits.notebook)
            left_out.append(LeftOut(CUT if len(content) <= limits.notebook else _too_long(limits), name))
            if len(content) > limits.notebook:
                continue
        files[name] = content
        total += len(content)
        names += len(name.encode())
        if total > limits.total or names > limits.names or len(files) > limits.files:
            raise IntakeError(f"{path}: holds too much: {_much(limits)} are taken. Is it one hand-in?")
    return files, left_out


def _pictures(entries: Mapping[str, Entry], limits: IntakeLimits) -> dict[str, bytes]:
    """The small ones, as many as there is room for."""
    found: dict[str, bytes] = {}
    room = limits.pictures
    for name, entry in entries.items():
        if PurePosixPath(name).suffix.lower() not in PICTURES or entry.size > min(room, limits.file):
            continue
        try:
            content = entry.read()
        except Unreadable:  # told where the text asks for it
            continue
        room -= len(content)
        found[name] = content
    return found


def _much(limits: IntakeLimits) -> str:
    return (
        f"at most {_size(limits.total)} of source text in {limits.files:,} files (with {_size(limits.names)} of names)"
    )


def _content(name: str, entry: Entry, limits: IntakeLimits, room: int) -> bytes | LeftOut:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SOURCE:
        return LeftOut(ARCHIVE if suffix in PACKED else OTHER, name)
    if entry.size > (max(room, limits.notebook) if suffix == NOTEBOOK else limits.file):
        return LeftOut(_too_long(limits), name)
    try:
        content = entry.read()
    except Unreadable as why:
        return LeftOut(str(why), name)
    return LeftOut(POINTER, name) if content.startswith(LFS_POINTER) else content


def _too_long(limits: IntakeLimits) -> str:
    return f"Files over {_size(limits.file)} are not read"


def _size(count: int) -> str:
    return f"{count / MIB:g} MiB"


def _digest(entries: Mapping[str, Entry], files: Mapping[str, bytes]) -> str:
    """Equal for equal hand-ins, however they were packed; of a file that was not read, its size counts."""
    whole = hashlib.sha256()
    for name, entry in entries.items():
        content = files.get(name)
        told = f"{entry.size} bytes" if content is None else hashlib.sha256(content).hexdigest()
        whole.update(f"{name}\0{told}\0".encode())
    return whole.hexdigest()
