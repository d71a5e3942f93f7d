"""Which course a hand-in belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.courses import course_of
from grader.errors import GraderError
from grader.intake import take

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
