"""Hand-ins that are notebooks, graded as if their cells were files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from notebook_samples import EXAMPLE_FILES, EXAMPLES, STYLES, code, notebook

from grader.cli import commands

GIVEN = {
    "old": 92,
    "magics": 92,
    "logs": 92,
    "figures": 92,
    "in UTF-16": 92,
    "merge conflict": 92,
    "cut off": 69,  # the second half of the code is lost
    "hostile": 0,  # its cells end the process
    "empty": 0,
}


def points(file: Path, rubric: str) -> float:
    done = CliRunner().invoke(commands, ["check", str(file), "--rubric", rubric, "--json"])
    assert done.exit_code == 0, done.output
    given = json.loads(done.output)["score"]["given"]
    assert isinstance(given, (int, float))
    return given


@pytest.mark.slow
@pytest.mark.parametrize("style", GIVEN)
def test_every_style_gets_the_points_of_its_code(style: str, tmp_path: Path) -> None:
    file = tmp_path / "work.ipynb"
    file.write_bytes(STYLES[style])
    assert points(file, "physics-ps5") == GIVEN[style]


@pytest.mark.slow
def test_a_notebook_from_colab_gets_all_points_without_naming_the_course(tmp_path: Path) -> None:
    file = tmp_path / "hw1.ipynb"
    file.write_bytes(STYLES["colab"])
    done = CliRunner().invoke(commands, ["check", str(file), "--quiet"])
    assert done.output.strip() == "94 of 94"


def test_the_notebooks_among_the_examples_are_those_of_the_samples() -> None:
    assert {name: (EXAMPLES / name).read_bytes() for name in EXAMPLE_FILES} == EXAMPLE_FILES


def test_a_long_notebook_is_taken_without_its_long_outputs(tmp_path: Path) -> None:
    from grader.intake import take

    file = tmp_path / "work.ipynb"
    told = {"output_type": "stream", "name": "stdout", "text": ["loss 0.5\n"] * 900_000}
    file.write_bytes(notebook([code("def f(x):\n    return x", told)]))
    assert file.stat().st_size > 9 << 20
    intake = take(file)
    assert len(intake.files["work.ipynb"]) < 8 << 20
    assert b"def f(x)" in intake.files["work.ipynb"]
    assert intake.submission.ignored == ("Of long notebooks, some of what the cells put out is left out: work.ipynb.",)
