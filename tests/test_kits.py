"""Kits: complete, the same each time, whole where nobody looks, and without a solution where students do."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from click.testing import Result as Ended
from jsonschema import validate

from grader.cli import commands
from grader.errors import GraderError
from grader.kits import File, autograder, template, write_folder, zipped
from grader.kits.gradescope import gradescope
from grader.kits.rubric import is_open, left_out, open_part, whole
from grader.kits.wheel import wheel
from grader.rubric import Rubric, load_rubric
from grader.sandbox import choose

ROOT = Path(__file__).resolve().parent.parent
COURSES = sorted(path.parent.name for path in (ROOT / "rubrics").glob("*/rubric.yaml"))
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "gradescope.json").read_text("utf-8"))


def grader(*arguments: object) -> Ended:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


def written(files: dict[str, File], folder: Path) -> Path:
    write_folder(files, folder)
    return folder


@pytest.fixture(scope="module")
def root(quick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gradescope's /autograder with the kit unpacked and nothing handed in."""
    made = tmp_path_factory.mktemp("autograder")
    content = zipped(gradescope(load_rubric(quick), 7, "after_published", (), {}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(made / "source")
    (made / "results").mkdir()
    (made / "submission").mkdir()
    return made


@pytest.fixture
def hand_in(root: Path) -> Path:
    """The folder for what is handed in, empty."""
    shutil.rmtree(root / "submission")
    (root / "submission").mkdir()
    (root / "results" / "results.json").unlink(missing_ok=True)
    return root / "submission"


def results(root: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((root / "results" / "results.json").read_text("utf-8"))
    validate(told, SCHEMA)
    return told


def test_the_wheel_lists_what_it_holds_and_holds_no_course() -> None:
    name, content = wheel()
    assert name.startswith("dlgrader-")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        record = next(each for each in names if each.endswith(".dist-info/RECORD"))
        for line in archive.read(record).decode().splitlines():
            file, digest, size = line.rsplit(",", 2)
            if file != record:
                inside = archive.read(file)
                told = base64.urlsafe_b64encode(hashlib.sha256(inside).digest()).decode().rstrip("=")
                assert (digest, size) == (f"sha256={told}", str(len(inside)))
        assert b"[console_scripts]\ngrader = grader.__main__:main" in archive.read(
            record.replace("RECORD", "entry_points.txt")
        )
    assert {each.rsplit(",", 2)[0] for each in names} >= {"grader/__init__.py", "grader/kits/files/setup.sh"}
    assert not [each for each in names for course in COURSES if course in each]
    assert not [each for each in names if "__pycache__" in each or each.endswith(".pyc")]
    assert {each.split("/")[3] for each in names if each.startswith("grader/_data/reference/")} == {"data"}


def test_equal_kits_have_equal_bytes(quick: Path) -> None:
    rubric = load_rubric(quick)
    first, second = (zipped(gradescope(rubric, 7, "hidden", ("torch",), {})) for _ in range(2))
    assert first == second


def test_the_zip_for_gradescope_can_be_run_and_has_everything(quick: Path, tmp_path: Path) -> None:
    ended = grader("kit", "gradescope", "--rubric", quick, "-o", tmp_path / "kit.zip", "--extra", "torch")
    assert ended.exit_code == 0, ended.output
    with zipfile.ZipFile(tmp_path / "kit.zip") as archive:
        runs = {each.filename for each in archive.infolist() if each.external_attr >> 16 & 0o111}
        assert runs == {"setup.sh", "run_autograder"}
        assert all(archive.read(name).startswith(b"#!/usr/bin/env bash\n") for name in runs)
        assert archive.read("extras") == b"[torch]"
        assert "rubric/reference/models/_base_network.py" in archive.namelist()
    assert (tmp_path / "kit.zip").stat().st_mode & 0o077 == 0


def test_a_hand_in_is_graded_as_on_gradescope(root: Path, hand_in: Path) -> None:
    (hand_in / "base.py").write_text(
        "import numpy as np\nclass _baseNetwork:\n    def ReLU(self, x):\n        return np.maximum(x, 0)\n"
    )
    assert autograder.main(root) == 0
    told = results(root)
    assert told["score"] == 40
    tests = {test["number"]: test for test in told["tests"]}  # type: ignore[attr-defined]  # it is a list
    assert tests["1.2"]["visibility"] == "after_published"
    assert tests["1.1"]["status"] == "failed"


@pytest.mark.slow
def test_a_hand_in_of_many_folders_is_one_hand_in(root: Path, hand_in: Path) -> None:
    for name in ("part1", "part2"):
        (hand_in / name).mkdir()
        (hand_in / name / "x.py").write_text("x = 1\n")
    assert autograder.main(root) == 0
    assert results(root)["score"] == 0


def test_an_empty_hand_in_gets_a_zero_that_says_why(root: Path, hand_in: Path) -> None:
    (hand_in / ".DS_Store").touch()
    assert autograder.main(root) == 0
    told = results(root)
    assert told["score"] == 0
    assert "Nothing could be graded." in str(told["output"])


@pytest.mark.slow
def test_the_graders_own_fault_writes_no_results(root: Path, hand_in: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (hand_in / "x.py").write_text("x = 1\n")
    rubric = root / "source" / "rubric" / "rubric.yaml"
    before = rubric.read_bytes()
    try:
        rubric.write_bytes(b"id: broken\n")
        assert autograder.main(root) == 1
    finally:
        rubric.write_bytes(before)
    assert not (root / "results" / "results.json").exists()
    assert "could not grade this hand-in" in capfd.readouterr().err


@pytest.mark.slow
def test_the_reference_is_tried_when_the_image_is_built(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert autograder.main(root, trying=True) == 0
    assert "Tried with the reference: 100 of 100 points." in capsys.readouterr().err


@pytest.mark.parametrize("course", COURSES)
def test_a_rubric_is_the_same_in_a_kit(course: str, tmp_path: Path) -> None:
    rubric = load_rubric(ROOT / "rubrics" / course / "rubric.yaml")
    copied = load_rubric(written(whole(rubric), tmp_path) / "rubric.yaml")
    assert copied.criteria == rubric.criteria
    assert (copied.sizes, copied.models, copied.carried) == (rubric.sizes, rubric.models, rubric.carried)


def test_students_get_public_criteria_and_numbers_in_place_of_code(quick: Path, tmp_path: Path) -> None:
    rubric = load_rubric(quick)
    files = open_part(rubric, {}, choose("auto"))
    driver = {f"driver/{path.name}" for path in rubric.driver.glob("*.py")}
    assert set(files) == {*driver, "reference/small.expected", "rubric.yaml"}
    copied = load_rubric(written(files, tmp_path) / "rubric.yaml")
    assert [criterion.id for criterion in copied.criteria] == ["softmax"]
    assert "relu" not in (tmp_path / "rubric.yaml").read_text("utf-8").lower().replace("rubric", "")


def test_numbers_in_place_of_code_judge_alike(quick: Path, examples: Path, tmp_path: Path) -> None:
    folder = written(open_part(load_rubric(quick), {}, choose("auto")), tmp_path)
    for name in ("hand-in-01", "hand-in-05"):
        whole, public = (
            json.loads(grader("check", examples / name, "--rubric", each, "--json").output) for each in (quick, folder)
        )
        assert public["sections"] == whole["sections"]


def test_numbers_are_for_the_known_seed_only(quick: Path, examples: Path, tmp_path: Path) -> None:
    folder = written(open_part(load_rubric(quick), {}, choose("auto")), tmp_path)
    ended = grader("check", examples / "hand-in-01", "--rubric", folder, "--seed", 3)
    assert ended.exit_code == 2
    assert "what it gives is known for the seed 0 only" in ended.output


def test_damaged_numbers_are_wrong_input(quick: Path, examples: Path, tmp_path: Path) -> None:
    folder = written(open_part(load_rubric(quick), {}, choose("auto")), tmp_path)
    (folder / "reference" / "small.expected").write_bytes(b"nothing")
    ended = grader("check", examples / "hand-in-01", "--rubric", folder)
    assert ended.exit_code == 2
    assert "what is expected cannot be read" in ended.output


@pytest.mark.parametrize(
    ("course", "closed"), [("gatech-cs7643-a1-theory", True), ("gatech-cs7643-a1", False), ("physics-ps5", False)]
)
def test_what_students_may_not_have_is_named_with_the_reason(course: str, closed: bool) -> None:
    rubric: Rubric = load_rubric(ROOT / "rubrics" / course / "rubric.yaml")
    assert is_open(rubric) is not closed
    assert set(left_out(rubric).values()) <= {"hidden", "its key is the answer itself"}


def test_a_suite_of_the_course_goes_along_for_gradescope_only(quick: Path, tmp_path: Path) -> None:
    (tmp_path / "mine" / "tests").mkdir(parents=True)
    suite = tmp_path / "mine" / "tests" / "test_relu.py"
    suite.write_text("def test_it(student):\n    assert student\n", "utf-8")
    text = quick.read_text("utf-8") + (
        "      - {id: own, title: Own, points: 5, kind: pytest, suite: tests/test_relu.py}\n"
    )
    (tmp_path / "mine" / "rubric.yaml").write_text(text, "utf-8")
    rubric = load_rubric(tmp_path / "mine" / "rubric.yaml")
    kit = gradescope(rubric, 7, "hidden", (), {})
    assert kit["extras"].content == b"[pytest]"
    assert kit["rubric/tests/test_relu.py"].content == suite.read_bytes()
    assert left_out(rubric) == {"relu": "hidden", "own": "its key is a suite of yours"}
    copied = load_rubric(written(whole(rubric), tmp_path / "kit") / "rubric.yaml")
    assert [criterion.id for criterion in copied.criteria] == ["softmax", "relu", "own"]


def test_a_rubric_without_anything_public_makes_no_ci(tmp_path: Path) -> None:
    ended = grader("kit", "github", "--rubric", "gatech-cs7643-a1-theory", "-o", tmp_path)
    assert ended.exit_code == 2
    assert "no criterion of it can be checked where students can read the answers" in ended.output


def test_nothing_is_overwritten_without_force(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    kit = {"README.md": File(b"theirs"), "a/b.sh": File(b"#!/bin/sh\n", executable=True)}
    with pytest.raises(GraderError, match=r"README\.md would be overwritten"):
        write_folder(kit, tmp_path)
    assert not (tmp_path / "a").exists()
    write_folder(kit, tmp_path, force=True)
    assert (tmp_path / "README.md").read_text() == "theirs"
    assert os.access(tmp_path / "a" / "b.sh", os.X_OK)


@pytest.mark.parametrize("name", ["grade.yml", "action.yml", "gitlab-ci.yml"])
def test_ci_files_are_yaml_and_put_nothing_of_students_into_a_shell(name: str) -> None:
    told = yaml.safe_load(template(name))
    steps = told.get("runs", {}).get("steps", [])
    assert isinstance(told, dict)
    assert not [step for step in steps if "${{" in step.get("run", "")]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "file"), [("github", ".github/workflows/grade.yml"), ("gitlab", ".gitlab-ci.yml")])
def test_the_ci_of_a_kit_checks_with_the_wheel_it_brings(
    kind: str, file: str, quick: Path, examples: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "homework"
    ended = grader("kit", kind, "--rubric", quick, "-o", repository)
    assert ended.exit_code == 0, ended.output
    assert (repository / file).is_file()
    environment = _installed(repository, tmp_path)
    done = subprocess.run(
        ["sh", repository / ".grader" / "check.sh", examples / "hand-in-05", tmp_path / "results", "50"],
        env={**environment, "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_ACTIONS": "true"},
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr  # its softmax is taken along the wrong axis
    made = {path.name for path in (tmp_path / "results" / "hand-in").iterdir()}
    assert made == {"result.json", "summary.md", "annotations.txt", "junit.xml"}
    assert "Softmax" in (tmp_path / "summary.md").read_text("utf-8")
    assert "::" in done.stdout


def _installed(repository: Path, folder: Path) -> dict[str, str]:
    """An environment in which `grader` is the kit's own, without what is beside it in this checkout."""
    (wheel_file,) = (repository / ".grader").glob("dlgrader-*.whl")
    with zipfile.ZipFile(wheel_file) as archive:
        archive.extractall(folder / "site")
    command = folder / "bin" / "grader"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grader "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "site"), "NO_COLOR": "1"}
