"""From a learning platform's export through grading and back, and what a class's second run leaves of its first."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import validate

from grader.cli import commands

SCHEMA = Path(__file__).parent / "schemas" / "gradescope.json"
METADATA = """\
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: s1
    :email: jane@example.org
  - :name: Wei Li
    :sid: s2
    :email: wei@example.org
  :created_at: 2026-11-20 10:00:00.000000000 Z
  :status: processed
submission_12:
  :submitters:
  - :name: "Zoë O'Neil"
    :sid: s3
  :created_at: 2026-11-20 11:00:00.000000000 Z
"""
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711),Homework 2 (4712),Final Score\r\n"
    "    Points Possible,,,,,100.00,20.00,(read only)\r\n"
    '"Doe, Jane",101,s1,jdoe,"A, morning",,17.00,85.0\r\n'
    '"Li, Wei",102,s2,wli,A,3.00,,\r\n'
    '"O\'Neil, Zoë",103,s3,zoneil,B,,,\r\n'
    '"Never, Here",104,s4,nhere,B,,11.00,\r\n'
)


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def graded(examples: Path, quick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of Gradescope, as it is unpacked, graded."""
    folder = tmp_path_factory.mktemp("class")
    export = folder / "assignment_77_export"
    shutil.copytree(examples / "hand-in-01", export / "submission_11")
    shutil.copytree(examples / "hand-in-05", export / "submission_12")
    (export / "submission_metadata.yml").write_text(METADATA, "utf-8")
    out = folder / "out"
    ended = grader("grade", export, "-o", out, "--seed", 7, "--rubric", quick, "--format", "json")
    assert ended.exit_code == 0
    return out


@pytest.fixture
def out(graded: Path, tmp_path: Path) -> Path:
    shutil.copytree(graded, tmp_path / "out")
    return tmp_path / "out"


def test_an_export_of_gradescope_becomes_results_that_its_schema_accepts(out: Path) -> None:
    assert grader("export", out, "--to", "gradescope").exit_code == 0
    scores = {}
    for path in out.glob("*/results.json"):
        told = json.loads(path.read_text("utf-8"))
        validate(told, json.loads(SCHEMA.read_text("utf-8")))
        scores[path.parent.name] = told["score"], [test["visibility"] for test in told["tests"]]
    assert scores == {"submission_11": (100, ["visible", "hidden"]), "submission_12": (40, ["visible", "hidden"])}


def test_one_column_of_the_canvas_gradebook_changes_for_each_member_of_a_group(
    graded: Path, out: Path, tmp_path: Path
) -> None:
    book = tmp_path / "gradebook.csv"
    book.write_bytes(GRADEBOOK.encode())
    metadata = graded.parent / "assignment_77_export" / "submission_metadata.yml"
    asked = ("--into", book, "--column", "Homework 1", "--roster", metadata, "-o", tmp_path / "filled.csv")
    ended = grader("export", out, "--to", "canvas", *asked)
    assert "3 scores filled in" in ended.stderr
    filled = (tmp_path / "filled.csv").read_bytes().decode()
    expected = GRADEBOOK.replace('morning",,', 'morning",100,').replace("A,3.00,", "A,100,")
    assert filled == expected.replace("zoneil,B,,", "zoneil,B,40,")


@pytest.mark.slow
def test_a_run_that_cannot_grade_a_hand_in_again_hides_no_good_result(
    graded: Path, out: Path, quick: Path, tmp_path: Path
) -> None:
    export = tmp_path / "again"
    shutil.copytree(graded.parent / "assignment_77_export", export)
    shutil.rmtree(export / "submission_11")
    (export / "submission_11.zip").write_bytes(b"no archive")
    asked = ("--rubric", quick, "--format", "json", "--why", "a late hand-in")
    assert grader("grade", export, "-o", out, *asked).exit_code == 3
    assert not (out / "submission_11" / "result.json").exists()
    rows = {
        row["hand_in"]: row["score"] for row in csv.DictReader(grader("export", out, "--to", "csv").stdout.split("\n"))
    }
    assert rows == {"submission_11": "100", "submission_12": "40"}
    history = [line.split(" ", 3)[3] for line in grader("marks", "history", out, "submission_11").stdout.splitlines()]
    assert history[0] == "submission_11 graded – → 100"
    assert history[1].startswith("submission_11 kept 100 → 100 a late hand-in; ")


@pytest.mark.slow
def test_a_run_that_goes_on_adds_nothing_to_the_history(graded: Path, out: Path, quick: Path) -> None:
    export = graded.parent / "assignment_77_export"
    before = grader("marks", "history", out).stdout
    assert grader("grade", export, "-o", out, "--rubric", quick, "--format", "json", "--continue").exit_code == 0
    assert grader("marks", "history", out).stdout == before
