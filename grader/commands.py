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

__all__ = ["Ran", "grade_class", "run"]

WRONG_INPUT = 2
UNWELL = 128  # from here on a signal or a fault of ours ended it
# This very package, wherever it lies, and never a file of the current folder that is called as something it imports.
BEGIN = "import sys; p = sys.argv.pop(1); p in sys.path or sys.path.insert(0, p); from grader.cli import main; main()"


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
    formats: Sequence[Literal["json", "html", "pdf"]] = ("json", "html", "pdf"),
    jobs: int | None = None,
    sandbox: str = "auto",
    resume: bool = False,
    why: str = "",
) -> dict[str, Result]:
    """Grade folders, archives, or a folder of many, and leave in `out` what `grader grade` leaves there.

    Returns:
        The results by hand-in. One that could not be read has none; `out`/run.json says why.
    """
    from grader.api import read_results

    paths = [hand_ins] if isinstance(hand_ins, str | Path) else list(hand_ins)
    options: list[str | Path] = ["--out", out, "--format", ",".join(dict.fromkeys(("json", *formats)))]
    for name, value in (("rubric", rubric), ("seed", seed), ("jobs", jobs), ("sandbox", sandbox), ("why", why or None)):
        options += [] if value is None else [f"--{name}={value}"]
    options += [f"--data={name}={place}" for name, place in (data or {}).items()]
    run("grade", *paths, *options, "--quiet", *(["--continue"] if resume else []))
    return read_results(out)
