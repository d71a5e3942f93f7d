"""Which course a hand-in belongs to."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from grader.courses import course_of, public_rubric
from grader.errors import GraderError
from grader.intake import take
from grader.rubric import load_rubric

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "submissions_example").glob("*/hand-in-*"))
# Rubrics for the write-up of another one's code; the report itself has none, so nothing tells its course.
SAME_CODE = {"gatech-cs7643-a1-tables": "gatech-cs7643-a1"}
NOT_TOLD = {"gatech-cs7643-a1-report"}
VARIANTS = sorted(path for path in (ROOT / "tests" / "variants").glob("*/right/*") if path.is_dir())
PHYSICS = b"""
def sigmoid(z): ...
def forwardPass(x, w, N): ...
def backward_propagation(x, y, out, w, h, eta): ...
"""


def test_every_example_is_of_its_course() -> None:
    told = {path: course_of(take(path).files) for path in EXAMPLES if path.parent.name not in NOT_TOLD}
    assert len(told) > 40
    wanted = {path: SAME_CODE.get(path.parent.name, path.parent.name) for path in told}
    assert {path: course for path, course in told.items() if course != wanted[path]} == {}


def test_every_right_variant_is_of_its_course() -> None:
    told = {path: course_of(take(path).files) for path in VARIANTS}
    assert len(told) > 40
    assert {path: course for path, course in told.items() if course != path.parents[1].name} == {}


NOTEBOOK = {"cells": [{"cell_type": "code", "source": PHYSICS.decode().splitlines(keepends=True)}]}


@pytest.mark.parametrize(
    ("files", "course"),
    [
        ({"work.py": PHYSICS}, "physics-ps5"),
        ({"work.ipynb": json.dumps(NOTEBOOK, indent=1).encode()}, "physics-ps5"),
        ({"work.ipynb": json.dumps(NOTEBOOK).encode()}, "physics-ps5"),
        (
            {"work.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": PHYSICS.decode()}]}).encode()},
            "physics-ps5",
        ),
        ({"work.py": PHYSICS, "answers.yaml": b"softmax-jacobian: 1\nloss-gradient: 2\n"}, "physics-ps5"),
        ({"answers.yaml": b"softmax-jacobian: 1\nloss-gradient: 2\n"}, "gatech-cs7643-a1-theory"),
        ({"theory.md": b"# Softmax Jacobian\nx\n# Loss gradient\ny\n"}, "gatech-cs7643-a1-theory"),
    ],
)
def test_code_tells_the_course_and_without_it_the_answers(files: dict[str, bytes], course: str) -> None:
    assert course_of(files) == course


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"poem.py": b"print('hello')"},
        {"main.py": b"def main(): ...\ndef train(): ...\ndef open_window(): ...\ndef plot(): ...\n"},
        {"answers.yaml": b"age: 3\n"},
    ],
)
def test_a_hand_in_without_a_course_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(GraderError, match="name the course"):
        course_of(files)


@pytest.fixture
def kit(quick: Path, tmp_path: Path) -> Path:
    """A rubric in the `.grader` of a folder, with all that it names beside it."""
    folder = tmp_path / "homework" / ".grader"
    folder.mkdir(parents=True)
    shutil.copytree(load_rubric(quick).reference, folder / "reference")
    shutil.copytree(load_rubric(quick).driver, folder / "driver")
    told = re.sub(r"(?m)^(reference|driver): .*$", "", quick.read_text("utf-8"))
    (folder / "rubric.yaml").write_text(f"{told}\nreference: reference\ndriver: driver\n", "utf-8")
    return folder


def test_a_folder_that_came_with_a_rubric_is_checked_by_it(kit: Path, quick: Path) -> None:
    (kit.parent / "hw1.zip").write_bytes(b"")
    for place in (kit.parent, kit.parent / "hw1.zip"):
        rubric = public_rubric(None, place, {})
        assert (rubric.path, [each.id for each in rubric.criteria]) == (kit / "rubric.yaml", ["softmax"])
    assert public_rubric(quick, kit.parent, {}).path == quick


@pytest.mark.parametrize("link", ["reference", "driver"])
def test_a_rubric_in_a_strangers_folder_reads_nothing_outside_of_it(link: str, kit: Path) -> None:
    (kit / link).rename(kit.parent.parent / link)
    (kit / link).symlink_to(kit.parent.parent / link)
    with pytest.raises(GraderError, match="names files outside of its folder"):
        public_rubric(None, kit.parent, {})


def test_a_rubric_in_a_strangers_folder_runs_no_suite(kit: Path) -> None:
    (kit / "test_it.py").write_text("def test_it(student): ...\n")
    criterion = "      - {id: suite, title: A suite, points: 1, kind: pytest, suite: test_it.py}\n"
    text = (kit / "rubric.yaml").read_text("utf-8")
    place = text.index("\nreference:")
    (kit / "rubric.yaml").write_text(text[:place].rstrip() + "\n" + criterion + text[place:], "utf-8")
    with pytest.raises(GraderError, match="a suite of tests"):
        public_rubric(None, kit.parent, {})
