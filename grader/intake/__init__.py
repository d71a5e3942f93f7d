"""From a path to a submission. Each format is one file here; all of them read within limits and write nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from difflib import get_close_matches
from pathlib import Path
from zipfile import BadZipFile, is_zipfile

from grader.errors import IntakeError
from grader.intake import folder, notebook, zip_archive
from grader.intake.entry import NOTEBOOK, IntakeLimits, Listing
from grader.intake.gather import Intake, gather
from grader.intake.names import ARCHIVES, safe_id, without_ending
from grader.intake.text import source_text

__all__ = ["Intake", "IntakeLimits", "archive_format", "source_text", "take"]

Format = Callable[[Path, IntakeLimits], AbstractContextManager[Listing]]

LIMITS = IntakeLimits()
ACCEPTED = (
    "Accepted are a folder and an archive (.zip, .tar, .tar.gz, .tar.bz2, .tar.xz), with the files of one hand-in, "
    "and a notebook."
)
BEGINNINGS = {
    b"PK\x03\x04": "a zip archive that was cut off",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"%PDF": "a PDF document",
    b"<": "an HTML or XML page",
    b"{": "JSON or a notebook",
}


def take(path: Path, limits: IntakeLimits = LIMITS, keep: Collection[str] = (), pictures: bool = False) -> Intake:
    """The hand-in at `path`. A top folder around everything else is taken away, unless its name is in `keep`."""
    listing_of = _format(path)
    name = path.resolve().name
    with listing_of(path, limits) as listing:
        return gather(safe_id(_stem(name, listing_of)), path, listing, limits, keep, pictures)


def _format(path: Path) -> Format:
    try:
        path.stat()
        if path.is_dir():
            return folder.listing
        if not path.is_file():
            raise IntakeError(f"{path}: is neither a folder nor a file. {ACCEPTED}")
        if path.suffix.lower() == NOTEBOOK:
            return notebook.listing
        if listing_of := archive_format(path):
            return listing_of
        raise IntakeError(not_accepted(path))
    except FileNotFoundError:
        raise IntakeError(f"{path}: is not there.{_similar(path)}") from None
    except OSError as error:
        raise IntakeError(f"{path}: cannot be opened: {error.strerror}.") from None


def archive_format(path: Path) -> Format | None:
    """By what is in it, whatever its name says; a tar archive may end as a zip one does, with a zip archive in it."""
    from grader.intake import tar_archive

    if tar_archive.is_tar(path):
        return tar_archive.listing
    return zip_archive.listing if _is_zip(path) else None


def _is_zip(path: Path) -> bool:
    try:
        return is_zipfile(path)
    except BadZipFile:  # the end of a zip archive, with nonsense in it: opening it tells what is wrong
        return True


def not_accepted(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    what = next((what for start, what in BEGINNINGS.items() if head.lstrip().startswith(start)), "")
    like = f"it begins like {what}" if what else "it is empty" if not head else "its first bytes are of another kind"
    if path.name.lower().endswith(ARCHIVES):
        kind = "zip" if path.suffix.lower() == ".zip" else "tar"
        told = f"not a {kind} archive, although its name ends in {path.suffix}: {like}"
        return f"{path}: {told}. Ask for it again, as a zip or tar archive."
    if path.suffix.lower() == ".py":
        return f"{path}: is a single file. Name the folder that it lies in: {path.parent}"
    return f"{path}: is a single file{f', {what}' if what else ''}. {ACCEPTED}"


def _similar(path: Path) -> str:
    try:
        names = os.listdir(path.parent)
    except OSError:
        return ""
    close = get_close_matches(path.name, names, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _stem(name: str, listing_of: Format) -> str:
    return name if listing_of is folder.listing else without_ending(name)
