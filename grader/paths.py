"""Where the data folders lie, beside the package in a checkout and inside it in a wheel; and where the cache is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

from grader.errors import GraderError

Folder = Literal["rubrics", "reference", "report_templates", "submissions_example"]
MISTAKES = "mistakes.yaml"  # beside a rubric
KIT = ".grader"  # in a folder that students were given: the public part of its rubric


def data_folder(name: Folder) -> Path:
    """The folder of that name which came with this grader."""
    package = Path(__file__).resolve().parent
    # The wheel's copy first: beside an installed package lie other people's folders, perhaps of the same name.
    candidates = (package / "_data" / name, package.parent / name)
    for folder in candidates:
        if folder.is_dir():
            return folder
    looked = " and ".join(str(folder) for folder in candidates)
    remedy = "Install the grader again, or run it from a full checkout."
    raise GraderError(f"The folder {name!r} is not there; looked for {looked}. {remedy}")


def cache_folder() -> Path:
    """Where the grader keeps what it can make again: GRADER_CACHE, or the platform's folder for such things."""
    if named := os.environ.get("GRADER_CACHE"):
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "dlgrader"
    if local := os.environ.get("LOCALAPPDATA"):
        return Path(local) / "dlgrader"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlgrader"
