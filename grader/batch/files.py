"""What is written about a hand-in: each file as a whole or not at all, and result.json last."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.batch.nouns import FILES, Format, Task
from grader.writing import write

if TYPE_CHECKING:
    from grader.model import Own, Result
    from grader.report import Renderer

__all__ = [
    "OBSERVED",
    "drawn",
    "forget",
    "formats_there",
    "kept_own",
    "observed_file",
    "own_file",
    "write_all",
    "write_files",
]

OBSERVED = ".observed"  # beside the hand-ins' folders, which students may get to see


def observed_file(out: Path, id_: str) -> Path:
    """Where the observations of a hand-in are kept, to judge them again."""
    return out / OBSERVED / f"{id_}.bin"


def own_file(out: Path, id_: str) -> Path:
    """Where a student's own words and figures are kept, to draw the report again."""
    return out / OBSERVED / f"{id_}.own.json"


def kept_own(out: Path, id_: str) -> dict[str, Own]:
    """What the student wrote and drew, as the run kept it; nothing where it kept nothing."""
    from grader.writeup.own import from_json

    file = own_file(out, id_)
    return from_json(file.read_text("utf-8")) if file.is_file() else {}


def formats_there(folder: Path) -> frozenset[Format]:
    """The formats that lie in a hand-in's folder, without PDF where it cannot be made."""
    from grader.report import pdf_problem

    there = {name for name, file in FILES.items() if (folder / file).is_file()}
    return frozenset(there - {"pdf"} if pdf_problem() else there)


def write_all(task: Task, result: Result, formats: frozenset[Format], own: Mapping[str, Own]) -> str:
    """Draw and write the formats that were asked for; tells what could not be made."""
    from grader.exports.json import to_json

    files, notice = drawn(result, to_json(result), formats, own)
    write_files(task, files)
    return notice


def drawn(
    result: Result, told: str, formats: frozenset[Format], own: Mapping[str, Own]
) -> tuple[dict[Format, bytes], str]:
    """The contents of the files that were asked for, result.json last, and what could not be made."""
    from grader.report import html

    files: dict[Format, bytes] = {}
    notice = ""
    if "html" in formats:
        files["html"] = html(result, own=own).encode()
    if "pdf" in formats:
        try:
            files["pdf"] = _renderer().pdf(result, own=own)
        except Exception as error:  # whatever a hand-in's text did to the renderer, its result stands
            notice = f"No PDF could be made ({type(error).__name__}: {error})."
    if "json" in formats:
        files["json"] = told.encode()
    return files, notice


@cache
def _renderer() -> Renderer:
    from grader.report import Renderer

    return Renderer()


def write_files(task: Task, files: Mapping[Format, bytes]) -> None:
    """Write what was drawn."""
    for name, content in files.items():
        write(task.folder / FILES[name], content)


def forget(task: Task) -> None:
    """Remove what an earlier run wrote: it would be taken for this one's."""
    for name in FILES.values():
        with contextlib.suppress(FileNotFoundError):
            (task.folder / name).unlink()
