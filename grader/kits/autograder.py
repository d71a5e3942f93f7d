"""What runs on Gradescope: one hand-in is graded, and results.json written, as its own process.

A hand-in that cannot be read is the student's to mend, and gets a zero that says so. What is the grader's own fault
writes no results.json at all: Gradescope then tells the instructor, and nobody has lost a point.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import IntakeError

__all__ = ["main"]

GRADED = (0, 1, 3)  # with 3, something is not graded; what that is tells the result itself


def main(root: Path, *, trying: bool = False) -> int:
    """Grade the hand-in below `root`, laid out as Gradescope's /autograder; the exit code."""
    source = root / "source"
    settings = json.loads((source / "kit.json").read_text("utf-8"))
    if trying:
        return _try(source, settings)
    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    hand_in = root / "submission"
    if problem := _unreadable(hand_in):
        results.write_text(_refused(problem), "utf-8")
        return 0
    with tempfile.TemporaryDirectory() as out:
        result = _graded(hand_in, source, settings, Path(out))
        if result is None:
            return 1
        return _grader("export", result.parent, "--to", "gradescope", "--hidden", settings["hidden"], "-o", results)


def _try(source: Path, settings: dict[str, Any]) -> int:
    """Grade the reference as a hand-in: it has to pass here, and the known mistakes are learned on the way."""
    with tempfile.TemporaryDirectory() as out:
        result = _graded(source / "rubric" / "reference", source, settings, Path(out))
        if result is None:
            return 1
        told = json.loads(result.read_text("utf-8"))
    lost = [
        f"{criterion['id']}: {criterion['verdict']}"
        for section in told["sections"]
        for criterion in section["criteria"]
        if criterion["verdict"] in ("partial", "failed", "error", "ungraded")
    ]
    for each in lost:
        _tell(f"The reference does not pass here: {each}")
    _tell(f"Tried with the reference: {told['score']['given']:g} of {told['score']['maximum']:g} points.")
    return 1 if lost else 0


def _unreadable(hand_in: Path) -> str:
    """Why a hand-in cannot be taken; nothing where it can."""
    from grader.intake import take

    try:
        take(hand_in)
    except IntakeError as error:
        return str(error)
    return ""


def _refused(problem: str) -> str:
    from grader.report.text import visible

    told = {"score": 0, "output": f"Nothing could be graded. {visible(problem)}", "output_format": "text", "tests": []}
    return json.dumps(told, indent=2) + "\n"


def _graded(hand_in: Path, source: Path, settings: dict[str, Any], out: Path) -> Path | None:
    """Where the result is; None where there is none, and then the reason is printed for the instructor."""
    data = [f"--data={name}={source / 'data' / name}" for name in settings["data"]]
    asked = ("--rubric", source / "rubric", "--seed", settings["seed"], "--format", "json", "--jobs", 1, "--quiet")
    code = _grader("grade", hand_in, "--one", *asked, *data, "-o", out)
    found = next(iter(sorted(out.glob("*/result.json"))), None)
    if code in GRADED and found:
        return found
    run = out / "run.json"
    told = json.loads(run.read_text("utf-8"))["hand_ins"] if run.is_file() else []
    problem = "; ".join(each["problem"] for each in told)
    _tell(f"The grader could not grade this hand-in (exit code {code}). {problem}")
    return None


def _tell(line: str) -> None:
    """A line for the instructor, in Gradescope's log: this is a program of its own."""
    sys.stderr.write(f"{line}\n")


def _grader(*arguments: object) -> int:
    """Run the grader as its command does; what it prints is for the instructor."""
    isolated = ["-I"] if sys.flags.isolated else []
    command = [sys.executable, *isolated, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), trying="--try" in sys.argv[2:]))
