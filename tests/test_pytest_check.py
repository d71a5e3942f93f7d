"""A course's own pytest suite: as a check kind, and with the plugin alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader import CriterionResult, Grader, GraderError, RubricError, load_rubric
from grader.checks.pytest import PytestCheck
from grader.probes import Setting
from grader.starting import start_assignment

ROOT = Path(__file__).resolve().parent.parent
RUBRIC = """
id: suite
title: A rubric with a suite
reference: solution
sizes: {small: {inputs: 4, classes: 3}}
sections:
  - id: all
    title: All
    criteria:
      - {id: tests, title: Tests, points: 12, kind: pytest, suite: checks, seconds: 20}
"""
DRIVER = """
from grader.worker.handin import HandIn

class Driver:
    def __init__(self, handin: HandIn) -> None:
        self.handin = handin

    def build(self, model, sizes):
        return object()

    def double(self, x):
        return self.handin.find_function(["double"])(x)

    def measure(self, kept, x):
        return [float(x.sum()), kept is not None]
"""
SUITE = '''
import numpy as np
import pytest
from helper import expected

SECRET = 41.625

def test_numbers(student):
    """Single numbers are doubled."""
    assert student.double(SECRET) == expected(SECRET), "What is double(1.5)?"

@pytest.mark.points(3)
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_arrays(student, grader_rng, rows):
    x = grader_rng.normal(size=(rows, 2))
    np.testing.assert_allclose(student.double(x), expected(x))

def test_inputs_stay(student):
    x = np.full(3, SECRET)
    student.double(x)
    assert x.tolist() == [SECRET] * 3

def test_kept(student):
    kept = student.make("build", "two-layer", {})
    assert student.call("measure", kept, np.ones(2)) == [2.0, True]
'''
RIGHT = "def double(x):\n    return 2 * x\n"


def new_course(folder: Path) -> Path:
    """The folder of a course of one function."""
    files = {
        "rubric.yaml": RUBRIC,
        "driver.py": DRIVER,
        "solution/work.py": RIGHT,
        "checks/test_work.py": SUITE,
        "checks/helper.py": "def expected(x):\n    return 2 * x\n",
    }
    return write(folder / "course", **files)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return new_course(tmp_path)


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    with Grader(new_course(tmp_path_factory.mktemp("suite")), seed=5) as grader:
        yield grader


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def graded(grader: Grader, folder: Path, code: str) -> CriterionResult:
    hand_in = write(folder / "hand-in", **{"work.py": code})
    return grader.grade(hand_in).sections[0].criteria[0]


@pytest.mark.parametrize(
    ("code", "points", "told"),
    [
        (RIGHT, 12, []),
        (
            "import numpy as np\ndef double(x):\n    return 2 * x if np.ndim(x) else 3 * x\n",
            10,
            ["Test “Single numbers are doubled” fails: What is double(1.5)?"],
        ),
        pytest.param(
            "import numpy as np\ndef double(x):\n    return 2 * x if np.size(x) != 4 else 3 * x\n",
            10,
            ["Test “arrays” fails in 1 of 3 cases."],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "import numpy as np\ndef double(x):\n    return 2 * x if np.ndim(x) else None\n",
            10,
            ["Test “Single numbers are doubled” fails: What is double(1.5)?"],
            marks=pytest.mark.slow,
        ),
        (
            "def double(x):\n    return x.oh\n",
            2,
            [
                "Test “Single numbers are doubled” fails: AttributeError: 'float' object has no attribute 'oh'",
                "Test “arrays” fails in 3 of 3 cases: AttributeError: 'numpy.ndarray' object has no attribute 'oh'",
            ],
        ),
    ],
)
def test_points_are_shared_by_the_tests_and_only_the_authors_words_are_told(
    grader: Grader, tmp_path: Path, code: str, points: float, told: list[str]
) -> None:
    criterion = graded(grader, tmp_path, code)
    assert [finding.message for finding in criterion.findings] == told
    assert criterion.score.given == points
    assert "41.6" not in repr(criterion)


@pytest.mark.slow
def test_a_worker_that_dies_costs_one_test_and_the_next_one_gets_a_fresh_one(grader: Grader, tmp_path: Path) -> None:
    code = "import os, numpy as np\ndef double(x):\n    return 2 * x if np.ndim(x) else os._exit(3)\n"
    criterion = graded(grader, tmp_path, code)
    assert criterion.score.given == 10
    assert [finding.code for finding in criterion.findings] == ["died"]


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        (
            "def test_it(student):\n    assert student.double(1) == 3, 'three'\n",
            r"does not pass 'tests': .*test_it \(three\)",
        ),
        pytest.param(
            "import pytest\n@pytest.mark.skip\ndef test_it(): pass\n", "every test is skipped", marks=pytest.mark.slow
        ),
        ("import nothing_of_this_name\n", "pytest ran no test .*\n(.*\n)*.*No module named 'nothing_of_this_name'"),
        pytest.param("def helper(): pass\n", "pytest ran no test", marks=pytest.mark.slow),
    ],
)
def test_a_suite_that_the_reference_does_not_pass_is_told_to_its_author(course: Path, suite: str, message: str) -> None:
    write(course, **{"checks/test_work.py": suite})
    with Grader(course, seed=5) as grader, pytest.raises(GraderError, match=message):
        _ = grader.key


@pytest.mark.slow
def test_a_suite_that_breaks_off_costs_nothing(course: Path) -> None:
    broken = "import os\ndef test_a(): pass\ndef test_b(student):\n    if student.double(1) != 2: os._exit(9)\n"
    write(course, **{"checks/test_work.py": broken})
    with Grader(course, seed=5) as grader:
        criterion = graded(grader, course.parent, "def double(x):\n    return 5\n")
    assert (criterion.verdict, criterion.score.given) == ("ungraded", None)
    assert [finding.message for finding in criterion.findings] == ["The course's own tests stopped before their end."]


@pytest.mark.slow
def test_a_suite_belongs_to_the_rubric_and_to_what_was_asked(course: Path) -> None:
    def known() -> Any:
        with Grader(course, seed=5) as grader:
            return grader.rubric.digest, grader.key.expected["small"].criteria["tests"].asked

    before = known()
    assert known() == before
    write(course, **{"checks/helper.py": "def expected(x):\n    return x + x\n"})
    after = known()
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_a_suite_that_is_not_there_is_told_with_its_line(course: Path) -> None:
    write(course, **{"rubric.yaml": RUBRIC.replace("suite: checks", "suite: check")})
    with pytest.raises(RubricError, match=r"rubric\.yaml:10:\d+: the suite 'check' is not there"):
        load_rubric(course)


def run_pytest(course: Path, *words: str) -> str:
    told = [sys.executable, "-m", "pytest", "-p", "grader.pytest_plugin", "-p", "no:cacheprovider", "checks", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(told, cwd=course, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
def test_an_instructors_suite_gets_its_student_from_the_command_line(course: Path) -> None:
    hand_in = write(course.parent / "hand-in", **{"work.py": "def double(x):\n    return 3 * x\n"})
    printed = run_pytest(course, "--grader-rubric", str(course), "--grader-hand-in", str(hand_in))
    assert re.search(r"4 failed, 2 passed in", printed)
    assert "What is double(1.5)?" in printed
    assert "session.py" not in printed
    assert "fixture 'student' not found" in run_pytest(course, "-k", "numbers")


def seen(*tests: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    told = [{"test": name, "title": name, "points": 1.0, "outcome": outcome, **more} for name, outcome, more in tests]
    return {"tests": told}


STUCK = {"fault": "student", "code": "timeout", "message": "double did not come back.", "hint": "", "where": "a.py:2"}


@pytest.mark.parametrize(
    ("expected", "got", "fraction", "messages"),
    [
        ([("a", "passed", {}), ("b", "skipped", {})], [("a", "passed", {}), ("b", "failed", {})], 1, []),
        ([("a", "passed", {})], [("a", "skipped", {"message": "no double"})], 0, ["Test “a” fails: no double"]),
        ([("a", "passed", {}), ("b", "passed", {})], [("a", "passed", {})], 0.5, ["Test “b” fails."]),
        (
            [("a", "passed", {}), ("b", "passed", {})],
            [("a", "failed", STUCK), ("b", "failed", STUCK)],
            0,
            ["Test “a” fails: double did not come back."],
        ),
        ([("a", "passed", {})], [("a", "passed", {}), ("a", "failed", {}), ("c", "failed", {})], 1, []),
    ],
    ids=["skipped for the reference", "skipped", "not reached", "one cause", "tests of nobody"],
)
def test_what_counts_is_what_the_reference_passes(
    expected: list[Any], got: list[Any], fraction: float, messages: list[str]
) -> None:
    check = PytestCheck(kind="pytest", suite="tests")
    verdict = check.judge(seen(*got), seen(*expected), Setting(1, {}, {}))
    assert verdict.fraction == fraction
    assert [finding.message for finding in verdict.findings] == messages


WRONG = "import time\ndef double(x):\n    time.sleep(0.1)\n    return x\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("suite", "verdict", "told"),
    [
        (
            "import time\ndef test_a(student):\n    if student.double(1) != 2: time.sleep(60)\n",
            "ungraded",
            "slow-tests",
        ),
        ("def test_a(student):\n    while student.double(1) != 2: pass\n", "error", "timeout"),
        (
            "import pytest\ndef test_a(student):\n    if student.double(1) != 2: pytest.fail('Look at 1.')\n",
            "failed",
            "test",
        ),
    ],
)
def test_time_is_charged_to_whoever_took_it(course: Path, suite: str, verdict: str, told: str) -> None:
    seconds = "seconds: 60" if told == "test" else "seconds: 3"
    write(course, **{"checks/test_work.py": suite, "rubric.yaml": RUBRIC.replace("seconds: 20", seconds)})
    with Grader(course, seed=5) as grader:
        criterion = graded(grader, course.parent, WRONG)
    assert (criterion.verdict, criterion.findings[0].code) == (verdict, told)


@pytest.mark.slow
def test_no_recognised_mistake_is_said_to_explain_a_suite_in_which_none_was_looked_for(tmp_path: Path) -> None:
    start_assignment("hw1", tmp_path)
    suite = "def test_it(student):\n    assert student.describe()['found']['step'].startswith('classifier.py')\n"
    criterion = "      - {id: own, title: Own tests, points: 4, kind: pytest, suite: checks}\n"
    rubric = (tmp_path / "hw1" / "rubric.yaml").read_text("utf-8") + criterion
    course = write(tmp_path / "hw1", **{"rubric.yaml": rubric, "checks/test_it.py": suite})
    (course / "submissions" / "hand-in-02" / "classifier.py").rename(course / "submissions" / "hand-in-02" / "hw.py")
    with Grader(course, seed=5) as grader:
        result = grader.grade(course / "submissions" / "hand-in-02")
    found = {each.id: [finding.code for finding in each.findings] for s in result.sections for each in s.criteria}
    assert found["step"][0] == "follows:gradient-sum"
    assert found["own"] == ["test"]
