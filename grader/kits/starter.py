"""The folder that students start from: the reference without its solution, and the public part of the grader."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from grader.driver import read_driver
from grader.errors import GraderError
from grader.grading import grade, prepare
from grader.intake import take
from grader.kits import File, Kit, template
from grader.kits.leaks import leaks, said_in, secrets_of
from grader.kits.repository import public
from grader.kits.rubric import is_open
from grader.kits.skeleton import skeletons
from grader.kits.wheel import wheel
from grader.report.text import listing, number, one_line
from grader.rubric import Rubric, reference_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.data import DataSet
    from grader.model import Result
    from grader.sandbox import Sandbox

__all__ = ["MOST", "problems", "said_by_driver", "starter"]

MOST = 5.0  # percent of the points that a folder without a solution may get, such as for files that are in place


def starter(rubric: Rubric, data: Mapping[str, DataSet], sandbox: Sandbox) -> Kit:
    """The folder's files."""
    code = skeletons(reference_files(rubric.reference), read_driver(rubric.driver).text)
    checked = public(rubric, data, sandbox) if is_open(rubric) else {}
    readme = template("starter.md") + (template("starter-check.md") if checked else b"")
    return {
        **{name: File(content) for name, content in code.items()},
        "README.md": File(readme.replace(b"TITLE", one_line(rubric.title, 200).encode())),
        ".gitignore": File(b"__pycache__/\n.ipynb_checkpoints/\ngrader-results/\n"),
        **checked,
    }


def problems(folder: Path, rubric: Rubric, seed: int, data: Mapping[str, DataSet], sandbox: Sandbox) -> list[str]:
    """Why a folder should not go to students: it scores, by the whole rubric, or holds something of the solution.

    Raises:
        GraderError: the folder cannot be read as a hand-in.
    """
    secrets = _secrets(rubric)
    with zipfile.ZipFile(io.BytesIO(wheel()[1])) as archive:
        known = {archive.read(name) for name in archive.namelist()}
    known |= {content for _, content in read_driver(rubric.driver).files}
    found = leaks(folder, secrets, known)
    result = _graded(folder, rubric, seed, data, sandbox)
    score = 100 * (result.decided.given or 0.0) / (result.decided.maximum or 1.0)
    if score > MOST:
        found.append(
            f"It gets {score:.1f}% of the points; without a solution it should get {MOST:g}% at most. "
            f"They come from {_earning(result)}: give it fewer, or make it ask for more."
        )
    return found


def _earning(result: Result) -> str:
    """The criteria that give points, each with how many."""
    each = (criterion for section in result.sections for criterion in section.criteria if criterion.score.given)
    return listing([f"{criterion.id} ({number(criterion.score.given or 0.0)})" for criterion in each])


def said_by_driver(rubric: Rubric) -> list[str]:
    """The lines of the solution that the driver says too, which goes along for a driver is needed."""
    return said_in(read_driver(rubric.driver).text, _secrets(rubric))


def _secrets(rubric: Rubric) -> frozenset[str]:
    reference = reference_files(rubric.reference)
    return secrets_of(reference, skeletons(reference, read_driver(rubric.driver).text))


def _graded(folder: Path, rubric: Rubric, seed: int, data: Mapping[str, DataSet], sandbox: Sandbox) -> Result:
    intake = take(folder)
    result = grade(intake.submission, intake.files, prepare(rubric, seed, data, sandbox), sandbox)
    if not result.complete:
        raise GraderError(f"{folder}: it could not be graded as a hand-in, so nothing tells what it scores.")
    return result
