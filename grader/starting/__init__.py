"""A new assignment to begin with: a small course that works, to be changed step by step."""

from __future__ import annotations

import re
from pathlib import Path

from grader.errors import GraderError
from grader.wording import KEBAB

__all__ = ["start_assignment"]

FILES = Path(__file__).resolve().parent / "files"
AS_TEXT = ".txt"  # of Python files there, which are no part of the grader's own code


def start_assignment(name: str, where: Path) -> list[Path]:
    """Make the folder `name` there, with a rubric and all that belongs to it; the files, sorted.

    Raises:
        GraderError: the name cannot be a rubric's id, or the folder holds something already.
    """
    if not re.fullmatch(KEBAB, name):
        raise GraderError(f"{name!r} cannot be the name of an assignment; one like my-course-hw1 can.")
    folder = where / name
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise GraderError(f"{folder}: is there already, and nothing in it is overwritten.")
    made = []
    for template in sorted(path for path in FILES.rglob("*") if path.is_file()):
        path = folder / template.relative_to(FILES).as_posix().removesuffix(AS_TEXT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.read_text("utf-8").replace("id: NAME", f"id: {name}", 1), "utf-8")
        made.append(path)
    return made
