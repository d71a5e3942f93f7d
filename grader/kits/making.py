"""Kits from beginning to end, for the command line and for Python: from a rubric to files that can be written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.courses import rubric_of
from grader.errors import GraderError
from grader.kits import Kit, write_folder, zipped

if TYPE_CHECKING:
    from grader.data import DataSet
    from grader.rubric import Rubric
    from grader.sandbox import Sandbox

__all__ = ["Extra", "MadeKit", "Shown", "gradescope_kit", "kit_problems", "repository_kit", "starter_kit"]

Shown = Literal["hidden", "after_due_date", "after_published", "visible"]
Extra = Literal["torch"]


@dataclass(frozen=True, slots=True)
class MadeKit:
    """The files of a kit, by their paths in it. Nothing is written before `write`."""

    files: Kit
    archive: bool  # one zip, in place of a folder
    left_out: Mapping[str, str] = field(default_factory=dict)  # criteria that students may not have, and why

    def write(self, path: str | Path, *, force: bool = False) -> None:
        """Write the zip, for you only, or the files below the folder `path`; what lies there besides stays.

        Raises:
            GraderError: a file with other content is there already, and `force` is not given; nothing was written.
        """
        from grader.writing import write

        if self.archive:
            write(Path(path), zipped(self.files), private=True)
        else:
            write_folder(self.files, Path(path), force=force)


def gradescope_kit(
    rubric: Rubric | str | Path,
    *,
    seed: int | None = None,
    hidden: Shown = "hidden",
    extras: Sequence[Extra] = (),
    data: Mapping[str, str | Path] | None = None,
) -> MadeKit:
    """The autograder zip for Gradescope. It holds the whole rubric and its reference: keep it to yourself.

    Args:
        seed: draws the hidden inputs, the same for all hand-ins; a secret one unless it is given.
        hidden: when students see hidden criteria.
        extras: of the grader's package, such as torch.
        data: data sets to pack, such as {"mnist": "data/mnist"}.

    Raises:
        GraderError: there is no such rubric, or something that it needs cannot be read.
    """
    from grader.kits.gradescope import gradescope

    loaded = rubric_of(rubric, {})
    places = {name: Path(place) for name, place in (data or {}).items() if name in loaded.datasets}
    drawn = secrets.randbits(48) if seed is None else seed
    return MadeKit(gradescope(loaded, drawn, hidden, tuple(extras), places), archive=True)


def repository_kit(
    rubric: Rubric | str | Path, platform: Literal["github", "gitlab"], *, sandbox: str = "auto"
) -> MadeKit:
    """The CI of a repository that students can read: the public criteria, and numbers in place of the reference's code.

    Raises:
        GraderError: there is no such rubric, or nothing of it can be checked where students read the answers.
    """
    from grader.kits import repository

    loaded = rubric_of(rubric, {})
    made = {"github": repository.github, "gitlab": repository.gitlab}[platform]
    return MadeKit(made(loaded, *_ready(loaded, sandbox)), False, _left_out(loaded))


def starter_kit(rubric: Rubric | str | Path, *, sandbox: str = "auto") -> MadeKit:
    """The folder that students start from: the reference with TODOs in place of the solution, and the public criteria.

    Ask `kit_problems` of it once it is written: what is not between the marks of the solution stays in it.

    Raises:
        GraderError: there is no such rubric, or its reference is none without the solution.
    """
    from grader.kits.starter import starter

    loaded = rubric_of(rubric, {})
    return MadeKit(starter(loaded, *_ready(loaded, sandbox)), False, _left_out(loaded))


def kit_problems(folder: str | Path, rubric: Rubric | str | Path, *, sandbox: str = "auto") -> list[str]:
    """Why a folder should not go to students: it scores, or holds something of the solution; nothing where it can.

    Searched are files, archives, notebooks and their outputs, caches, and every object of a git history.

    Raises:
        GraderError: there is no such rubric, or the folder cannot be graded as a hand-in.
    """
    from grader.kits.starter import problems

    loaded = rubric_of(rubric, {})
    return problems(Path(folder), loaded, secrets.randbits(48), *_ready(loaded, sandbox))


def _ready(rubric: Rubric, sandbox: str) -> tuple[Mapping[str, DataSet], Sandbox]:
    """The rubric's data sets, which have to come with the grader, and a sandbox."""
    from grader.data import load
    from grader.sandbox import choose

    try:
        data = {name: load(name) for name in rubric.datasets}
    except GraderError as error:
        raise GraderError(f"{error}\nStudents check with data sets that come with the grader only.") from None
    return data, choose(sandbox)


def _left_out(rubric: Rubric) -> dict[str, str]:
    from grader.kits.rubric import left_out

    return left_out(rubric)
