"""The autograder zip for Gradescope: set-up, run, the grader itself, and the whole rubric with its reference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from grader.errors import GraderError
from grader.kits import File, Kit, template
from grader.kits.rubric import whole
from grader.kits.wheel import wheel
from grader.rubric import Rubric

__all__ = ["SETTINGS", "gradescope"]

SETTINGS = "kit.json"


def gradescope(rubric: Rubric, seed: int, hidden: str, extras: tuple[str, ...], data: Mapping[str, Path]) -> Kit:
    """The files of the zip.

    Args:
        seed: draws the hidden inputs; the same for all hand-ins, so that handing in again cannot try its luck.
        hidden: when students see the criteria that the rubric hides.
        extras: of the grader's package, such as torch.
        data: data sets that do not come with the grader.
    """
    name, content = wheel()
    if any(criterion.check.course_files() for criterion in rubric.criteria):
        extras = tuple(dict.fromkeys((*extras, "pytest")))
    settings = {"seed": seed, "hidden": hidden, "data": sorted(data)}
    return {
        "setup.sh": File(template("setup.sh"), executable=True),
        "run_autograder": File(template("run_autograder"), executable=True),
        "extras": File((f"[{','.join(extras)}]" if extras else "").encode()),
        SETTINGS: File((json.dumps(settings, indent=2) + "\n").encode()),
        name: File(content),
        **{f"rubric/{path}": file for path, file in whole(rubric).items()},
        **{f"data/{name}/{path}": File(each) for name, place in data.items() for path, each in _files(place).items()},
    }


def _files(place: Path) -> dict[str, bytes]:
    """The files of a data set."""
    try:
        if place.is_file():
            return {place.name: place.read_bytes()}
        return {path.name: path.read_bytes() for path in sorted(place.iterdir()) if path.is_file()}
    except OSError as error:
        raise GraderError(f"{place}: this data set cannot be read: {error.strerror}") from None
