"""`grader export`: from the folder of a run to the files of others."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import report_samples as samples
from click.testing import CliRunner
from click.testing import Result as Ended

from grader.cli import commands
from grader.exports.json import to_json
from grader.model import Result, Score

GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711)\n"
    "    Points Possible,,,,,{possible}\n"
    '"Doe, Jane",101,s1,jdoe,A,1.00\n'
    '"Li, Wei",102,s2,wli,A,\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade\n"
    "Participant 11,Jane Doe,jane@example.org,x,,{possible}\nParticipant 12,Wei Li,wei@example.org,x,5.00,{possible}\n"
)


def grader(*arguments: object, **environment: str) -> Ended:
    return CliRunner().invoke(commands, [str(each) for each in arguments], env=environment)


def called(result: Result, id_: str) -> Result:
    return replace(result, submission={**result.submission, "id": id_})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """What a run leaves: one that is settled, one that waits, and one without a result."""
    folder = tmp_path / "results"
    for id_, result in {"doejane_101_7_x": samples.failing(), "s2": samples.undecided()}.items():
        (folder / id_).mkdir(parents=True)
        (folder / id_ / "result.json").write_text(to_json(called(result, id_)), "utf-8")
    told = {"hand_ins": [{"id": "doejane_101_7_x"}, {"id": "s2"}, {"id": "broken"}], "open": []}
    (folder / "run.json").write_text(json.dumps(told), "utf-8")
    return folder


def maximum(result: Result) -> str:
    return f"{result.score.maximum:g}"


@pytest.mark.parametrize(
    ("to", "file"),
    [
        ("gradescope", "results.json"),
        ("junit", "junit.xml"),
        ("github", "summary.md"),
        ("annotations", "annotations.txt"),
    ],
)
def test_a_format_of_single_hand_ins_makes_a_file_beside_each_result(out: Path, to: str, file: str) -> None:
    ended = grader("export", out, "--to", to)
    assert ended.exit_code == 0
    assert [path.parent.name for path in sorted(out.glob(f"*/{file}"))] == ["doejane_101_7_x", "s2"]
    assert "1 without a result, left out: broken" in ended.stderr


def test_the_result_of_one_hand_in_can_be_printed(out: Path) -> None:
    ended = grader("export", out / "s2", "--to", "gradescope", "-o", "-")
    assert json.loads(ended.stdout)["score"] == 25


def test_files_go_to_another_folder_if_asked_for(out: Path, tmp_path: Path) -> None:
    assert grader("export", out, "--to", "junit", "-o", tmp_path / "ci").exit_code == 0
    assert (tmp_path / "ci" / "s2" / "junit.xml").is_file()
    assert not (out / "s2" / "junit.xml").exists()


@pytest.mark.parametrize(("to", "lines"), [("csv", 3), ("jsonl", 2), ("nbgrader", 3)])
def test_a_format_of_the_class_is_one_file(out: Path, to: str, lines: int) -> None:
    assert len(grader("export", out, "--to", to).stdout.splitlines()) == lines


def test_canvas_gets_what_is_settled_and_the_rest_is_told(out: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(GRADEBOOK.format(possible=maximum(samples.failing())), "utf-8")
    ended = grader(
        "export", out, "--to", "canvas", "--into", book, "--column", "Homework 1", "-o", tmp_path / "new.csv"
    )
    assert ended.exit_code == 0
    given = samples.failing().score.given
    assert (tmp_path / "new.csv").read_text() == book.read_text().replace("A,1.00", f"A,{given:g}")
    assert "1 not settled, so the cell stays as it was (--provisional writes what is decided): s2" in ended.stderr
    assert "1 score filled in" in ended.stderr


def test_other_points_than_the_platforms_are_refused_until_scaling_is_asked_for(out: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text(GRADEBOOK.format(possible=10), "utf-8")
    asked = ("export", out, "--to", "canvas", "--into", book, "--column", "4711")
    refused = grader(*asked)
    assert refused.exit_code == 2
    assert "the column has 10 points" in refused.stderr
    score: Score = samples.failing().score
    scaled = (score.given or 0) / score.maximum * 10
    assert f"A,{scaled:.2f}" in grader(*asked, "--scale").stdout


def test_moodle_gets_provisional_points_if_asked_for(out: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(MOODLE.format(possible=100), "utf-8")
    roster = tmp_path / "who.csv"
    roster.write_text("hand_in,email\ndoejane_101_7_x,jane@example.org\ns2,WEI@example.org\n", "utf-8")
    asked = ("export", out, "--to", "moodle", "--into", sheet, "--roster", roster, "--scale")
    assert ",5.00,100" in grader(*asked).stdout
    ended = grader(*asked, "--provisional")
    assert ended.exit_code == 2  # of different rubrics: 45 points and more
    assert "different maxima" in ended.stderr


def test_a_gradescope_export_gives_nbgrader_its_students(out: Path, tmp_path: Path) -> None:
    metadata = tmp_path / "submission_metadata.yml"
    metadata.write_text("s2:\n  :submitters:\n  - :name: Wei Li\n    :sid: '=9'\n    :email: w@example.org\n", "utf-8")
    told = grader("export", out, "--to", "nbgrader", "--roster", metadata).stdout
    rows = list(csv.DictReader(told.splitlines()))
    assert [rows[1][name] for name in ("student_id", "first_name", "last_name")] == ["'=9", "Wei", "Li"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--to", "canvas"), "--into names the file"),
        (("--to", "canvas", "--into", "{tmp}/book.csv"), "--column names the column"),
        (("--to", "classroom50"), "CLASSROOM"),
    ],
)
def test_what_is_missing_is_told(out: Path, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "book.csv").write_text(GRADEBOOK.format(possible=1), "utf-8")
    ended = grader("export", out, *(each.format(tmp=tmp_path) for each in arguments))
    assert told in ended.stderr


def test_a_folder_without_results_and_one_with_a_broken_one_are_told(out: Path, tmp_path: Path) -> None:
    assert "no results here" in grader("export", tmp_path / "results" / "..", "--to", "csv").stderr
    (out / "s2" / "result.json").write_text("{}", "utf-8")
    ended = grader("export", out, "--to", "csv")
    assert ended.exit_code == 2
    assert "s2/result.json" in ended.stderr
