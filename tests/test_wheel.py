"""The wheel holds all that a checkout has for its users: the courses, the templates, a new assignment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"
LOAD = """
from pathlib import Path
import grader
from grader.paths import data_folder
assert Path(grader.__file__).is_relative_to(Path.cwd() / "site"), grader.__file__
print(*sorted(grader.load_rubric(path.parent.name).id for path in data_folder("rubrics").glob("*/rubric.yaml")))
"""
METADATA = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `site` has the wheel's content; what it depends on comes from where the tests run."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, capture_output=True, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder


def told(folder: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder / "site")}
    return subprocess.run(
        [sys.executable, "-P", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.slow
def test_every_course_of_the_checkout_is_in_the_wheel(installed: Path) -> None:
    courses = sorted(path.parent.name for path in (ROOT / "rubrics").glob("*/rubric.yaml"))
    assert told(installed, "-c", LOAD).split() == courses


@pytest.mark.slow
def test_a_new_assignment_is_made_and_graded_with_reports_from_the_wheel_alone(installed: Path) -> None:
    told(installed, "-m", "grader", "init", "hw1")
    told(installed, "-m", "grader", "grade", "hw1/submissions", "--rubric", "hw1", "-o", "out", "--format", "html,json")
    assert "hand-in-01,graded,20.0" in (installed / "out" / "summary.csv").read_text("utf-8")
    assert (installed / "out" / "hand-in-02" / "report.html").is_file()


def test_the_page_lists_the_extras_for_users() -> None:
    page = (ROOT / "docs" / "install.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert listed == set(METADATA["optional-dependencies"]) - {"test", "dev", "docs", "browser", "kubernetes"}
    assert METADATA["requires-python"] == ">=3.11"
    assert "Python 3.11 or newer" in page
