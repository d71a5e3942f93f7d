"""`grader rejudge`: another rubric, the same observations, no hand-in in sight."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import commands
from grader.gradebook import FILE, open_book


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def graded(examples: Path, quick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A right hand-in and one with a wrong softmax, graded; the hand-ins themselves are gone."""
    folder = tmp_path_factory.mktemp("class")
    for name in ("hand-in-01", "hand-in-05"):
        shutil.copytree(examples / name, folder / "in" / name)
    ended = grader(
        "grade", folder / "in", "-o", folder / "out", "--seed", 7, "--rubric", quick, "--format", "json,html"
    )
    assert ended.exit_code == 0
    shutil.rmtree(folder / "in")
    return folder / "out"


@pytest.fixture
def out(graded: Path, tmp_path: Path) -> Path:
    shutil.copytree(graded, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def changed(quick: Path, tmp_path: Path) -> Path:
    """The rubric with fewer points for softmax."""
    path = tmp_path / "new.yaml"
    path.write_text(quick.read_text("utf-8").replace("points: 60", "points: 30"), "utf-8")
    return path


def told(out: Path) -> dict[str, tuple[float, float]]:
    scores = {path.parent.name: json.loads(path.read_text())["score"] for path in out.glob("*/result.json")}
    return {name: (score["given"], score["maximum"]) for name, score in scores.items()}


BEFORE = {"hand-in-01": (100.0, 100.0), "hand-in-05": (40.0, 100.0)}
AFTER = {"hand-in-01": (70.0, 70.0), "hand-in-05": (40.0, 70.0)}


def test_it_shows_who_changes_by_how_much_and_writes_nothing_unasked(out: Path, changed: Path) -> None:
    ended = grader("rejudge", out, "--rubric", changed)
    assert ended.exit_code == 0
    assert ["hand-in-01", "100", "70", "−30", "softmax", "60", "→", "30"] in [
        line.split() for line in ended.stdout.splitlines()
    ]
    assert "1 of 2 scores would change." in ended.stdout
    assert told(out) == BEFORE


def test_it_writes_results_reports_tables_and_history_when_asked(out: Path, changed: Path) -> None:
    report = (out / "hand-in-01" / "report.html").read_text()
    ended = grader("rejudge", out, "--rubric", changed, "--yes", "--why", "too many points")
    assert ended.exit_code == 0
    assert told(out) == AFTER
    assert (out / "hand-in-01" / "report.html").read_text() != report
    rows = list(csv.DictReader((out / "summary.csv").read_text().splitlines()))
    assert [(row["hand_in"], row["score"]) for row in rows] == [("hand-in-01", "70.0"), ("hand-in-05", "40.0")]
    book = open_book(out / FILE)
    last = book.history("quick", "hand-in-01")[-1]
    book.close()
    assert (last.what, last.before, last.after, last.why) == ("graded", 100.0, 70.0, "too many points")


@pytest.mark.slow
def test_it_can_be_taken_back(out: Path, changed: Path, quick: Path) -> None:
    assert grader("rejudge", out, "--rubric", changed, "--yes").exit_code == 0
    assert grader("rejudge", out, "--rubric", quick, "--yes").exit_code == 0
    assert told(out) == BEFORE


def test_the_same_rubric_changes_nothing(out: Path, quick: Path) -> None:
    ended = grader("rejudge", out, "--rubric", quick, "--yes")
    assert "0 of 2 scores would change." in ended.stdout
    assert told(out) == BEFORE


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("call: relu", "call: sigmoid", "relu"),
        ("[6, classes]", "[7, classes]", "softmax"),
        ("id: relu", "id: relu-again", "relu-again"),
        ("hidden: 5", "hidden: 6", "relu"),
    ],
)
def test_what_was_not_asked_is_named_and_nothing_changes(
    out: Path, quick: Path, tmp_path: Path, old: str, new: str, missing: str
) -> None:
    path = tmp_path / "new.yaml"
    path.write_text(quick.read_text("utf-8").replace(old, new), "utf-8")
    ended = grader("rejudge", out, "--rubric", path, "--yes")
    assert ended.exit_code == 2
    assert f"ask what the hand-ins were not asked: {missing}." in ended.stderr
    assert told(out) == BEFORE


def test_a_rubric_of_something_else_is_refused(out: Path, quick: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    path.write_text(quick.read_text("utf-8").replace("id: quick", "id: other"), "utf-8")
    assert "'other' is something else" in grader("rejudge", out, "--rubric", path).stderr


def test_a_hand_in_without_observations_is_left_as_it_was_and_told(out: Path, changed: Path) -> None:
    (out / ".observed" / "hand-in-01.bin").write_bytes(b"nonsense")
    ended = grader("rejudge", out, "--rubric", changed, "--yes")
    assert "No observations are kept, left as it is: hand-in-01" in ended.stdout
    assert told(out) == {**AFTER, "hand-in-01": BEFORE["hand-in-01"]}


def test_a_folder_that_no_run_filled_is_told(tmp_path: Path, quick: Path) -> None:
    assert "no run here" in grader("rejudge", tmp_path, "--rubric", quick).stderr
