"""Which course a hand-in belongs to, told by the names in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.driver import DRIVER, find_driver, read_driver
from grader.errors import GraderError
from grader.paths import KIT, data_folder
from grader.rubric import Rubric, find_rubric, load_rubric, reference_files

__all__ = ["course_of", "fits", "kit_of", "public_rubric", "rubric_file", "rubric_of"]

ENOUGH = 0.31  # of 2: a right script of three functions has 0.313, libraries that have nothing to do with it up to 0.3
ANSWERS = "answers.yaml"
RUBRIC = "rubric.yaml"
NAME = re.compile(rb"(?:^|\"|\\n)[ \t]*\"?[ \t]*(?:class|def)[ \t]+([A-Za-z]\w*)", re.MULTILINE)
"""A definition, also in a notebook: a line of it is a text of its own there, or all of a cell is one, on one line."""
QUOTED = re.compile(r"\"([A-Za-z]\w*)\"", re.ASCII)


def rubric_file(named: str | Path | None, files: Mapping[str, bytes]) -> Path:
    """The rubric that was named, else the one that the hand-in fits."""
    return find_rubric(named if named is not None else course_of(files))


def rubric_of(named: Rubric | str | Path | None, files: Mapping[str, bytes]) -> Rubric:
    """The same, loaded; a rubric that is loaded already is itself."""
    if isinstance(named, Rubric):
        return named
    return load_rubric(rubric_file(named, files))


def public_rubric(named: Rubric | str | Path | None, place: Path, files: Mapping[str, bytes]) -> Rubric:
    """What students may look at of the rubric that was named, else that came with the folder, else that fits.

    Raises:
        GraderError: none was named, and the one in the folder asks for more than it may.
    """
    kit = kit_of(place) if named is None else None
    if kit is None:
        return rubric_of(named, files).only("public")
    return _harmless(load_rubric(kit)).only("public")


def kit_of(place: Path) -> Path | None:
    """The rubric in the folder of a hand-in, or of an archive or a notebook, as `grader kit starter` puts it there."""
    kit = (place if place.is_dir() else place.parent) / KIT / RUBRIC
    return kit if kit.is_file() else None


def _harmless(rubric: Rubric) -> Rubric:
    """The rubric, if it is as kits are: whoever looks at a stranger's folder has not asked to run a suite of theirs."""
    folder = rubric.folder.resolve()
    outside = [path for path in (rubric.driver, rubric.reference) if not path.resolve().is_relative_to(folder)]
    if outside or any(criterion.check.course_files() for criterion in rubric.criteria):
        raise GraderError(
            f"{rubric.path}: this rubric is not as `grader kit` writes them: it names files outside of its folder, or "
            f"a suite of tests. If it is yours, name it: --rubric {rubric.folder}"
        )
    return rubric


def course_of(files: Mapping[str, bytes]) -> str:
    """The course whose code this is; without code, the one whose questions it answers.

    Raises:
        GraderError: none fits well enough.
    """
    for look in (fits, _answered):  # the second only where the first finds none
        found = look(files)
        best = max(found, key=lambda course: found[course], default=None)
        if best is not None and found[best] >= ENOUGH:
            return best
    known = ", ".join(sorted(_courses())) or "none"
    raise GraderError(
        f"This fits none of the courses that are known ({known}). "
        "Is it the folder of the hand-in? Otherwise name the course or a rubric file: --rubric COURSE"
    )


def fits(files: Mapping[str, bytes]) -> dict[str, float]:
    """For each course with code, from 0 to 2: how much of its reference is here, and how much here is known to it.

    The first alone would not know a short hand-in, the second would take any `train` in a `main.py` for a course's.
    """
    found = _names(files)
    courses = {course: names for course in _courses() if (names := _known(course)).reference}
    shared_by = Counter(name for names in courses.values() for name in names.all)
    return {
        course: len(names.reference & found) / len(names.reference)
        + sum(1 / shared_by[name] for name in names.all & found) / max(len(found), 1)
        for course, names in courses.items()
    }


@dataclass(frozen=True, slots=True)
class _Known:
    """The names of a course's reference, and these with the other ones that its driver looks for."""

    reference: frozenset[str]
    all: frozenset[str]


def _courses() -> Iterator[str]:
    return (path.parent.name for path in sorted(data_folder("rubrics").glob("*/rubric.yaml")))


def _known(course: str) -> _Known:
    reference = _names(reference_files(data_folder("reference") / course))
    driver = find_driver(data_folder("rubrics") / course / DRIVER)
    looked_for = QUOTED.findall(read_driver(driver).text) if driver else []
    return _Known(reference, reference | set(map(_spelled, looked_for)))


def _names(files: Mapping[str, bytes]) -> frozenset[str]:
    """The names of source files, classes and functions, however they are spelled."""
    sources = {PurePosixPath(name): content for name, content in files.items() if name.endswith((".py", ".ipynb"))}
    stems = {path.stem for path in sources if path.name != "__init__.py"}
    defined = {name.decode() for content in sources.values() for name in NAME.findall(content)}
    return frozenset(map(_spelled, stems | defined))


def _spelled(name: str) -> str:
    """`forwardPass` and `forward_pass` are one name."""
    return name.replace("_", "").casefold()


def _answered(files: Mapping[str, bytes]) -> dict[str, float]:
    """For each course that only asks questions, the share of them that are answered here."""
    from grader.answers.places import find
    from grader.strict_yaml import parse

    shares = {}
    for course in _courses():
        reference = reference_files(data_folder("reference") / course)
        if set(reference) == {ANSWERS}:
            questions = list(parse(reference[ANSWERS]).value)
            shares[course] = sum(find(files, each).value is not None for each in questions) / len(questions)
    return shares
