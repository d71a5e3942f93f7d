"""Where rubrics and references lie, and one name for all of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from grader.driver import read_driver
from grader.errors import RubricError
from grader.paths import MISTAKES, data_folder
from grader.wording import did_you_mean, listed

__all__ = ["EXPECTED", "digest_of", "find_rubric", "is_reference", "reference_files"]

EXPECTED = ".expected"  # of files that tell what the reference gives, in place of its code


def find_rubric(name_or_path: str | Path) -> Path:
    """The rubric file that is meant: that of the course with this id, this file, or the rubric.yaml in this folder.

    The course comes first: where a hand-in is checked from its own folder, it could bring a folder of that name.

    Raises:
        RubricError: there is no such rubric.
    """
    rubrics = data_folder("rubrics")
    course = [rubrics / name_or_path / "rubric.yaml"] if len(Path(name_or_path).parts) == 1 else []
    for path in (*course, Path(name_or_path), Path(name_or_path) / "rubric.yaml"):
        if path.is_file():
            return path
    raise RubricError(_not_there(Path(name_or_path), rubrics))


def _not_there(named: Path, rubrics: Path) -> str:
    """What is wrong with the name or the path of a rubric."""
    if named.is_dir():
        return f"{named}: this folder has no rubric.yaml"
    if len(named.parts) > 1 or named.suffix in {".yaml", ".yml"}:
        there = [path.name for path in named.parent.glob("*") if path.is_dir() or path.suffix in {".yaml", ".yml"}]
        return f"{named}: there is no such file{did_you_mean(named.name, there)}"
    known = sorted(path.parent.name for path in rubrics.glob("*/rubric.yaml"))
    rest = did_you_mean(str(named), known) or f"; there are {listed(known)}, or give the path of a rubric.yaml"
    return f"there is no rubric {str(named)!r}{rest}"


def reference_files(folder: Path) -> dict[str, bytes]:
    """The source files of a reference solution by their relative names, sorted: what is sent to a worker."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".yaml"} and path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def is_reference(folder: Path) -> bool:
    """Whether a folder holds a reference's code, or what the reference gives in its place."""
    return bool(reference_files(folder)) or any(folder.glob(f"*{EXPECTED}"))


def digest_of(content: bytes, driver: Path, reference: Path, beside: Iterable[Path] = ()) -> str:
    """One name for all that judges: rubric, driver, reference, the known mistakes, and other files `beside` them."""
    files = {f"reference/{name}": inside for name, inside in reference_files(reference).items()}
    files |= {f"expected/{path.name}": path.read_bytes() for path in sorted(reference.glob(f"*{EXPECTED}"))}
    mistakes = driver.parent / MISTAKES
    if mistakes.is_file():
        files["mistakes"] = mistakes.read_bytes()
    for number, file in enumerate(dict.fromkeys(beside)):
        files[f"beside/{number}/{file.name}"] = file.read_bytes()
    digest = hashlib.sha256()
    for name, inside in {"rubric": content, "driver": read_driver(driver).digest.encode(), **files}.items():
        digest.update(f"{name} {hashlib.sha256(inside).hexdigest()}\n".encode())
    return digest.hexdigest()
