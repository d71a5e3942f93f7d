"""The README's terminal sessions are real: each is typed anew, in a folder such as its user has.

`python tests/test_readme.py` writes them anew; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
EXAMPLES = ROOT / "submissions_example" / "gatech-cs7643-a1"
SESSION = re.compile(r"<!-- session of (?P<who>\w+) -->\n```console\n(?P<shown>.*?)```\n<!-- end -->", re.DOTALL)
CLASS = ("hand-in-01", "hand-in-03", "hand-in-13")
WHOSE = {"student": "hand-in-07", "CI": "hand-in-05"}
MASKS = (
    (r" {2,}\d+\.\d s", "  … s"),  # a column of times is as wide as its longest
    (r"\b\d+\.\d s", "… s"),
    (r" {2,}Time$", "  Time"),
    (r"─{20,}", "─" * 68),
    (r"sandbox \w+$", "sandbox bubblewrap"),  # which one works is the machine's matter
)
AS_THEY_COME = re.compile(r"(?:^hand-in-\d+  \d.*\n)+", re.MULTILINE)  # the first that is done is told first


@pytest.mark.slow
def test_the_sessions_of_the_readme_print_what_it_shows(tmp_path: Path) -> None:
    text = README.read_text("utf-8")
    assert [found["who"] for found in SESSION.finditer(text)] == ["student", "instructor", "CI"]
    assert renewed(text, tmp_path) == text


def renewed(text: str, folder: Path) -> str:
    """The README with each session as it is now."""
    return SESSION.sub(lambda found: _session(found["who"], found["shown"], folder), text)


def _session(who: str, shown: str, folder: Path) -> str:
    place = folder / "hw1"
    _set_up(who, place)
    commands = re.findall(r"^\$ (.*)$", shown, re.MULTILINE)
    told = "".join(f"$ {command}\n{_printed(command, place, folder)}" for command in commands)
    shutil.rmtree(place)
    return f"<!-- session of {who} -->\n```console\n{told}```\n<!-- end -->"


def _set_up(who: str, place: Path) -> None:
    """What this user has: the others one hand-in, an instructor a zip of the class."""
    if who in WHOSE:
        shutil.copytree(EXAMPLES / WHOSE[who], place)
        return
    place.mkdir()
    with zipfile.ZipFile(place / "submissions.zip", "w") as archive:
        for name in CLASS:
            for path in sorted((EXAMPLES / name).rglob("*")):
                archive.write(path, path.relative_to(EXAMPLES))


def _printed(command: str, place: Path, folder: Path) -> str:
    """What the command prints, without the times."""
    typed = folder / "bin" / "grader"
    typed.parent.mkdir(exist_ok=True)
    typed.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m grader "$@"\n', "utf-8")
    typed.chmod(0o755)
    path = f"{typed.parent}:{os.environ['PATH']}"
    told = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(["sh", "-c", command], cwd=place, env=told, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    for pattern, masked in MASKS:
        lines = [re.sub(pattern, masked, line) for line in lines]
    printed = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip("\n")
    printed = AS_THEY_COME.sub(lambda found: "".join(sorted(found[0].splitlines(keepends=True))), printed)
    return f"{printed}\n" if printed else ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        README.write_text(renewed(README.read_text("utf-8"), Path(scratch)), "utf-8")
