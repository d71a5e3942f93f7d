"""This grader as a wheel, made of the files that run here: a kit needs no package index to have the same version.

It brings the built-in data sets and the report templates, but no course: what belongs to one comes with the kit, so
that a wheel in a repository of students gives no reference away.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import grader
from grader.errors import GraderError
from grader.kits import File, zipped
from grader.paths import data_folder

__all__ = ["DISTRIBUTION", "wheel"]

DISTRIBUTION = "dlgrader"
NO_COURSE = b"This copy of the grader has no course; the kit that it came with has one.\n"
LEFT_OUT = frozenset({"__pycache__", "_data"})


@cache
def wheel() -> tuple[str, bytes]:
    """The wheel's name and its content.

    Raises:
        GraderError: this grader was not installed, so that nothing tells its version and what it needs.
    """
    try:
        told = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        raise GraderError("This grader is not installed; type: pip install -e . in its folder.") from None
    info = f"{DISTRIBUTION}-{told.version}.dist-info"
    files = {
        **_package(),
        **_data(),
        f"{info}/METADATA": (told.read_text("METADATA") or "").encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: dlgrader\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": (told.read_text("entry_points.txt") or "").encode(),
    }
    record = f"{info}/RECORD"
    lines = [f"{name},{_digest(content)},{len(content)}\n" for name, content in sorted(files.items())]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    return f"{DISTRIBUTION}-{told.version}-py3-none-any.whl", zipped({name: File(each) for name, each in files.items()})


def _package() -> dict[str, bytes]:
    return _files(Path(grader.__file__).resolve().parent, "grader")


def _data() -> dict[str, bytes]:
    return {
        **_files(data_folder("report_templates"), "grader/_data/report_templates"),
        **_files(data_folder("reference") / "data", "grader/_data/reference/data"),
        "grader/_data/rubrics/README.md": NO_COURSE,
        "grader/_data/submissions_example/README.md": NO_COURSE,
    }


def _files(folder: Path, below: str) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc")
    inside = ((path.relative_to(folder), path) for path in found)
    return {
        f"{below}/{name.as_posix()}": path.read_bytes()
        for name, path in inside
        if not LEFT_OUT & set(name.parts) and not name.name.startswith(".")
    }


def _digest(content: bytes) -> str:
    return f"sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip('=')}"
