"""Every command of the documentation runs, on a class of two and a small rubric in the place of the course's own."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from notebook_samples import notebook, text
from pages import ROOT, Block, blocks

from grader.cli import commands
from grader.cli.exits import BELOW, GRADED, WRONG_INPUT

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
COURSE = "gatech-cs7643-a1"
ON_PAPER = """
      - {id: xor, title: No single unit computes XOR, points: 4, kind: prose, question: xor}
"""
WRITE_UP = """
title: A short write-up
settings: {model: two-layer, hidden: 8, batch_size: 32, learning_rate: 0.1, reg: 0.001, epochs: 1, seed: 0}
experiments:
  rates: {title: Rates, sweep: {learning_rate: [1, 0.1]}}
sections:
  - {id: rates, title: Rates, show: [{curves: {experiment: rates}}]}
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711)
    Points Possible,,,,,104
"Five, Jo",5,,hand-in-05,A,
"""
NOTEBOOK = notebook([text("# Homework 1")])
KIT = "python -m pip install .grader/dlgrader-*.whl"  # tests/test_kits.py takes the kit's own into use
ELSEWHERE = {  # the commands of these pages are tried by other tests, with what they print
    "README.md": "test_readme",
    "how-to/gradescope.md": "test_starter",
    "how-to/marking.md": "test_review",  # it serves until it is stopped
    "how-to/new-course.md": "test_docs",
    "how-to/pytest.md": "test_docs",
    "how-to/repositories.md": "test_starter",
    "reference/commands.md": "test_help",
}


def lines(block: Block) -> list[str]:
    """What is typed."""
    return re.findall(r"^\$ (.+)$", block.text, re.MULTILINE)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, quick: Path) -> Path:
    """The small rubric, with a question for a person and a write-up."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "rubric.yaml").write_text(quick.read_text("utf-8").rstrip() + ON_PAPER, "utf-8")
    (folder / "writeup.yaml").write_text(WRITE_UP, "utf-8")
    return folder / "rubric.yaml"


@pytest.fixture(scope="module")
def submissions(tmp_path_factory: pytest.TempPathFactory, examples: Path) -> Path:
    """A class of two."""
    folder = tmp_path_factory.mktemp("class") / "submissions"
    for name in ("hand-in-05", "hand-in-07"):
        shutil.copytree(examples / name, folder / name)
        (folder / name / "answers.yaml").write_text("xor: Two rows contradict the others.", "utf-8")
    (folder / "hand-in-05" / "hw1.ipynb").write_bytes(NOTEBOOK)
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, submissions: Path, course: Path) -> Path:
    """The class, graded once."""
    folder = tmp_path_factory.mktemp("graded") / "results"
    assert typed(f"grader batch {submissions} -o {folder}", course)[0] == 0
    return folder


@pytest.fixture
def here(tmp_path: Path, submissions: Path, course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the pages speak of, where their commands are typed."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(submissions, "submissions")
    shutil.make_archive("submissions", "zip", "submissions")
    for name in ("my-hand-in", "hand-in-05"):
        shutil.copytree(submissions / "hand-in-05", name)
    Path("hw1.ipynb").write_bytes(NOTEBOOK)
    Path("gradebook.csv").write_text(CANVAS, "utf-8")
    Path("rubric.yaml").symlink_to(course)
    Path("handout").mkdir()
    Path("handout/README.md").write_text("Implement softmax.", "utf-8")
    Path("my-hand-in/path/to/mnist").mkdir(parents=True)
    return tmp_path


def typed(line: str, course: Path) -> tuple[int, str]:
    """How a command ends and what it prints that is typed as the page has it, but for the rubric."""
    words = shlex.split(line.partition(";")[0].replace(f"--rubric {COURSE}", f"--rubric {course}"))
    if words[1] in ("batch", "check", "grade", "writeup") and "--rubric" not in words:
        words += ["--rubric", str(course)]
    if words[1] in ("batch", "grade") and "--format" not in words:
        words += ["--format", "json"]  # what a PDF looks like is not asked here
    for absent in [value for option, value in pairwise(words) if option == "--package" and not find_spec(value)]:
        place = words.index(absent)
        del words[place - 1 : place + 1]
    ended = CliRunner().invoke(commands, words[1:], input="y\n", catch_exceptions=False)
    assert "Traceback" not in ended.output
    return ended.exit_code, ended.output


def expected(line: str) -> int:
    """How it has to end, here."""
    if "parquet" in line and find_spec("pyarrow") is None:
        return WRONG_INPUT
    return BELOW if "--fail-under 100" in line else GRADED


def _pip(line: str) -> None:
    asked = re.fullmatch(r"""pip install ["']dlgrader\[([a-z,]+)\]["']""", line)
    assert asked
    assert set(asked[1].split(",")) <= set(EXTRAS)


@pytest.mark.slow
def test_what_the_page_on_clusters_types_to_dask_is_known_to_it() -> None:
    from distributed.cli import dask_scheduler, dask_worker

    known = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    asked = [line.split() for each in blocks("console") if not each.is_run for line in lines(each)]
    for words in (words for words in asked if words[0] == "dask"):
        options = {name for option in known[words[1]].params for name in option.opts}
        assert {word for word in words if word.startswith("--")} <= options


def is_tried_here(block: Block) -> bool:
    """Whether its commands are typed by this test: those with what they print are by tests/test_docs.py."""
    return block.is_run and block.page not in ELSEWHERE and not block.before.startswith("<!-- session")


@pytest.mark.slow
@pytest.mark.parametrize("block", [each for each in blocks("console") if is_tried_here(each)], ids=str)
def test_the_commands_of_a_block_run(
    block: Block, here: Path, graded: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "results" in block.text and "grader init" not in block.text:
        shutil.copytree(graded, here / "results")
    for line in lines(block):
        if line.startswith("pip "):
            _pip(line)
        elif line == KIT:
            continue
        elif line.startswith("cd "):
            monkeypatch.chdir(line.removeprefix("cd "))
        elif line.startswith("python "):
            script = next(each for each in blocks("python") if each.page == block.page)
            (here / script.name).write_text(script.text, "utf-8")
            subprocess.run([sys.executable, *shlex.split(line)[1:]], check=True, env={"PYTHONPATH": str(ROOT)})
        else:
            code, told = typed(line, course)
            assert code == expected(line), f"{line}\n{told}"
