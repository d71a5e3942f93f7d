"""The commands that work on folders, from Python: each runs in a process of its own, as if it were typed.

A class is graded by many processes; starting them from inside a notebook or an unguarded script would run that again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.model import Result

__all__ = ["Ran", "grade_batch", "grade_class", "run"]

Form = Literal["json", "html", "pdf"]
WRONG_INPUT = 2
UNWELL = 128  # from here on a signal or a fault of ours ended it
# This very package, wherever it lies, and never a file of the current folder that is called as something it imports.
BEGIN = "import sys; p = sys.argv.pop(1); p in sys.path or sys.path.insert(0, p); import grader.__main__ as g; g.main()"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    exit_code: int  # 0 done, 1 below what --fail-under asks, 3 something is not graded
    output: str
    notes: str  # what it printed beside its output


def run(*words: str | Path) -> Ran:
    """Run a command as the command line has it: `run("export", "results", "--to", "csv")`.

    Raises:
        GraderError: it could not do what was asked; the message is the one that it printed.
    """
    package = str(Path(__file__).resolve().parent.parent)
    told = [sys.executable, "-P", "-c", BEGIN, package, *map(str, words)]
    done = subprocess.run(told, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode == WRONG_INPUT or done.returncode < 0 or done.returncode >= UNWELL:
        said = done.stderr.rpartition("\nError: ")[2].strip().removeprefix("grader: ")
        raise GraderError(said or f"It ended with {done.returncode}.")
    return Ran(done.returncode, done.stdout, done.stderr)


def grade_class(
    hand_ins: str | Path | Sequence[str | Path],
    out: str | Path,
    rubric: str | Path | None = None,
    *,
    seed: int | None = None,
    data: Mapping[str, str | Path] | None = None,
    formats: Sequence[Form] = ("json", "html", "pdf"),
    jobs: int | None = None,
    sandbox: str = "auto",
    resume: bool = False,
    why: str = "",
) -> dict[str, Result]:
    """Grade folders, archives, or a folder of many, and leave in `out` what `grader grade` leaves there.

    Returns:
        The results by hand-in. One that could not be read has none; `out`/run.json says why.
    """
    paths = [hand_ins] if isinstance(hand_ins, str | Path) else list(hand_ins)
    told = {"rubric": rubric, "seed": seed, "jobs": jobs, "sandbox": sandbox, "why": why or None, "continue": resume}
    return _graded("grade", paths, out, _options(told, data, formats))


def grade_batch(
    path: str | Path,
    out: str | Path,
    rubric: str | Path | None = None,
    *,
    seed: int | None = None,
    data: Mapping[str, str | Path] | None = None,
    formats: Sequence[Form] = ("json", "html", "pdf"),
    jobs: int | None = None,
    sandbox: str = "auto",
    versions: Literal["latest", "all"] = "latest",
    only: Sequence[str] = (),
    failed: bool = False,
    force: bool = False,
    limit: int | None = None,
    scheduler: str | None = None,
    why: str = "",
) -> dict[str, Result]:
    """Grade a class as its platform gives it, a folder or an archive, as `grader batch` does; what is done stays.

    Args:
        versions: which ones of a student who sent several.
        only: names of hand-ins, in which * stands for anything.
        failed: grade those again that have no whole result.
        force: grade anew what is unchanged too.
        limit: grade so many of those that are left.
        scheduler: that of a Dask cluster, in the place of processes here.

    Returns:
        The results by hand-in. One that could not be read has none; `out`/run.json says why.
    """
    told = {"rubric": rubric, "seed": seed, "jobs": jobs, "sandbox": sandbox, "why": why or None, "versions": versions}
    told |= {"failed": failed, "force": force, "limit": limit, "scheduler": scheduler}
    told |= {"engine": None if scheduler is None else "dask"}
    options = [*_options(told, data, formats), *(f"--only={each}" for each in only)]
    return _graded("batch", [path], out, options)


def _options(told: Mapping[str, object], data: Mapping[str, str | Path] | None, formats: Sequence[Form]) -> list[str]:
    """Options as words, each with its value in it: no value can be taken for another option."""
    words = [f"--format={','.join(dict.fromkeys(('json', *formats)))}"]
    words += [f"--data={name}={place}" for name, place in (data or {}).items()]
    for name, value in told.items():
        if value is True:
            words.append(f"--{name}")
        elif value is not None and value is not False:
            words.append(f"--{name}={value}")
    return words


def _graded(command: str, paths: Sequence[str | Path], out: str | Path, options: Sequence[str]) -> dict[str, Result]:
    from grader.api import read_results

    run(command, f"--out={out}", *options, "--quiet", "--", *paths)
    return read_results(out)
