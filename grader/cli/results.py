"""The results that `grader grade` left in a folder."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.model import Result

__all__ = ["FILE", "ids_without", "read_result", "read_results"]

FILE = "result.json"


def read_results(out: Path) -> dict[Path, Result]:
    """The results by folder: OUT's own where it is one hand-in's, else those of its folders.

    Raises:
        GraderError: there are none, or one cannot be read.
    """
    folders = [out] if (out / FILE).is_file() else sorted(path.parent for path in out.glob(f"*/{FILE}"))
    if not folders:
        raise GraderError(f"{out}: no results here; `grader grade … -o {out}` leaves them, unless --format lacks json.")
    return {folder: read_result(folder / FILE) for folder in folders}


def read_result(path: Path) -> Result:
    """One result.

    Raises:
        GraderError: it cannot be read.
    """
    from grader.exports.json import from_json

    try:
        return from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, GraderError) as error:
        raise GraderError(f"{path}: {error}") from None


def ids_without(out: Path, ids: Collection[str]) -> list[str]:
    """The hand-ins of the run that have no result, as run.json has them."""
    try:
        told = json.loads((out / "run.json").read_text("utf-8"))
        every = [str(each["id"]) for each in told["hand_ins"]] + [str(each) for each in told["open"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [each for each in every if each not in ids]
