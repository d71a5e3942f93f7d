"""Which course a hand-in belongs to, told by the names in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from grader.errors import GraderError
from grader.paths import data_folder
from grader.rubric import find_rubric, reference_files

__all__ = ["course_of", "fits", "rubric_file"]

ENOUGH = 0.2  # of the reference's names; those of an empty starter are nearly all of them
NAME = re.compile(rb"^[ \t]*(?:class|def)[ \t]+([A-Za-z]\w*)", re.MULTILINE)


def rubric_file(named: str | None, files: Mapping[str, bytes]) -> Path:
    """The rubric that was named, else the one that the hand-in fits."""
    return find_rubric(named if named is not None else course_of(files))


def course_of(files: Mapping[str, bytes]) -> str:
    """The course whose reference shares most names with these files.

    Raises:
        GraderError: none shares enough.
    """
    shares = fits(files)
    best = max(shares, key=lambda course: shares[course], default=None)
    if best is None or shares[best] < ENOUGH:
        known = ", ".join(sorted(shares)) or "none"
        raise GraderError(
            f"This fits none of the courses that are known ({known}). "
            "Is it the folder of the hand-in? Otherwise name the course or a rubric file: --rubric COURSE"
        )
    return best


def fits(files: Mapping[str, bytes]) -> dict[str, float]:
    """For each course, the share of its reference's names that the hand-in has too."""
    found = _names(files)
    shares = {}
    for path in sorted(data_folder("rubrics").glob("*/rubric.yaml")):
        course = path.parent.name
        wanted = _names(reference_files(data_folder("reference") / course))
        if wanted:
            shares[course] = len(wanted & found) / len(wanted)
    return shares


def _names(files: Mapping[str, bytes]) -> set[str]:
    """The names of source files, classes and functions."""
    sources = {PurePosixPath(name): content for name, content in files.items() if name.endswith((".py", ".ipynb"))}
    names = {path.name.casefold() for path in sources if path.name != "__init__.py"}
    return names | {name.decode() for content in sources.values() for name in NAME.findall(content)}
