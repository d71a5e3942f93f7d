"""Kits: what an instructor uploads to Gradescope, or puts where students work, made from a rubric.

A kit is a set of files. The one for Gradescope holds the rubric, the reference and the known mistakes, for nobody but
the instructor sees it. Those for repositories of students hold public criteria only, and in place of the reference's
code the numbers that it gives.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.errors import GraderError

__all__ = ["File", "Kit", "template", "write_folder", "zipped"]

FIRST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can say: equal kits have equal bytes


@dataclass(frozen=True, slots=True)
class File:
    """One file of a kit."""

    content: bytes
    executable: bool = False


Kit = Mapping[str, File]
"""Files by their relative POSIX paths."""


@cache
def template(name: str) -> bytes:
    """A file that is the same in every kit."""
    return (Path(__file__).parent / "files" / name).read_bytes()


def zipped(kit: Kit) -> bytes:
    """The kit as a zip; equal kits give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, file in sorted(kit.items()):
            entry = zipfile.ZipInfo(name, FIRST)
            entry.external_attr = (0o100755 if file.executable else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content)
    return content.getvalue()


def write_folder(kit: Kit, folder: Path, *, force: bool = False) -> None:
    """Write the kit's files below a folder; what lies there besides stays.

    Raises:
        GraderError: a file with other content is there already, and `force` is not given; nothing was written.
    """
    taken = [name for name, file in kit.items() if _differs(folder / name, file.content)]
    if taken and not force:
        named = ", ".join(sorted(taken)[:5])
        raise GraderError(f"{folder}: {named} would be overwritten; name another folder, or add --force.")
    for name, file in kit.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        if file.executable:
            path.chmod(path.stat().st_mode | 0o111)


def _differs(path: Path, content: bytes) -> bool:
    return path.exists() and not (path.is_file() and path.read_bytes() == content)
