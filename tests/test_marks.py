"""Marks of people: out to a spreadsheet, back again, and nobody's row is taken for another's."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import report_samples as samples
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.marks import read_marks
from grader.cli import commands
from grader.errors import GraderError
from grader.exports.json import to_json
from grader.gradebook import FILE, Attempt, Given, open_book
from grader.sheets.tables import read_table, table

PROOF, TRAINING, SOFTMAX = "discussion-of-the-learning-curves", "training-reaches-the-target", "cross-entropy-loss"


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder with a gradebook of two hand-ins, in each of which two criteria wait for a person."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"rubric": {"id": "hw1"}, "hand_ins": [], "open": []}))
    book = open_book(folder / FILE)
    for name in ("doejane_101_7_x", "s2"):
        sample = samples.undecided()
        result = replace(sample, submission={**sample.submission, "id": name})
        book.record(Attempt("hw1", name, to_json(result), result.score, result.complete))
    book.close()
    return folder


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def given_back(out: Path, tmp_path: Path, rows: list[dict[str, Any]], *options: object) -> Result:
    file = tmp_path / "back.csv"
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return grader("marks", "import", out, file, "--yes", *options)


def marks(out: Path) -> dict[tuple[str, str], float | None]:
    book = open_book(out / FILE)
    found = {(n, c): mark.points for n, entry in book.entries("hw1").items() for c, mark in entry.marks.items()}
    book.close()
    return found


def test_the_sheet_has_a_row_for_each_criterion_that_waits(out: Path) -> None:
    rows = rows_of(grader("marks", "export", out).stdout)
    assert [(row["hand_in"], row["criterion"]) for row in rows] == [
        (name, id_) for name in ("doejane_101_7_x", "s2") for id_ in (PROOF, TRAINING)
    ]
    assert {(row["maximum"], row["points"], row["version"]) for row in rows} == {("10", "", "0")}
    assert len(rows_of(grader("marks", "export", out, "--all").stdout)) == 12


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_sheet_comes_back_with_what_was_filled_in(out: Path, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"marks{suffix}"
    assert grader("marks", "export", out, "-o", file).exit_code == 0
    rows: list[dict[str, object]] = [dict(row) for row in read_table(file)]
    rows[0] |= {"points": 7.5, "comment": "=well argued"}
    file.write_bytes(table(list(rows[0]), rows, suffix))
    ended = grader("marks", "import", out, file, "--yes")
    assert "1 mark new or changed." in ended.stdout
    assert marks(out) == {("doejane_101_7_x", PROOF): 7.5}
    again = grader("marks", "import", out, file, "--yes")
    assert "Somebody else" not in again.stderr
    assert "0 marks new or changed." in again.stdout


def test_nothing_is_written_unasked(out: Path, tmp_path: Path) -> None:
    file = tmp_path / "back.csv"
    file.write_text(f"hand_in,criterion,points\ns2,{PROOF},3\n")
    assert "--yes writes" in grader("marks", "import", out, file).stdout
    assert marks(out) == {}


ROW = {"hand_in": "s2", "criterion": PROOF, "points": "3", "comment": "", "why": "", "version": "0"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"hand_in": "nobody"}, "no result of a hand-in 'nobody'"),
        ({"hand_in": ""}, "fits no hand-in, or several"),
        ({"criterion": "gone"}, "has no criterion 'gone'"),
        ({"points": "11"}, "more than the 10 points"),
        ({"points": "-3"}, "neither points nor"),
        ({"points": "=1+1"}, "neither points nor"),
        ({"points": "nan"}, "neither points nor"),
        ({"version": "x"}, "no whole number"),
        ({"criterion": SOFTMAX}, "say why in the column 'why'"),
    ],
)
def test_a_row_that_cannot_be_taken_is_named_and_stops_the_rest_unless_asked_for(
    out: Path, tmp_path: Path, change: dict[str, str], told: str
) -> None:
    good = {**ROW, "hand_in": "doejane_101_7_x"}
    ended = given_back(out, tmp_path, [good, {**ROW, **change}])
    assert ended.exit_code == 2
    assert "row 3: " in ended.stderr
    assert told in ended.stderr
    assert marks(out) == {}
    assert given_back(out, tmp_path, [good, {**ROW, **change}], "--partial").exit_code == 0
    assert marks(out) == {("doejane_101_7_x", PROOF): 3.0}


def test_a_row_that_comes_twice_is_told_with_the_row_of_the_first(out: Path, tmp_path: Path) -> None:
    ended = given_back(out, tmp_path, [ROW, {**ROW, "points": "9"}])
    assert f"row 3: 's2' has '{PROOF}' in row 2 already" in ended.stderr


def test_decimal_commas_are_points_and_a_dash_takes_back(out: Path, tmp_path: Path) -> None:
    given_back(out, tmp_path, [{**ROW, "points": "2,5"}])
    assert marks(out) == {("s2", PROOF): 2.5}
    given_back(out, tmp_path, [{**ROW, "points": "-", "version": "1"}])
    assert marks(out) == {("s2", PROOF): None}


def test_an_older_sheet_overwrites_nothing(out: Path, tmp_path: Path) -> None:
    given_back(out, tmp_path, [ROW])
    ended = given_back(out, tmp_path, [{**ROW, "points": "9"}])
    assert ended.exit_code == 2
    assert "Somebody else marked" in ended.stderr
    assert marks(out) == {("s2", PROOF): 3.0}


def test_rows_are_matched_by_who_they_say_they_are(out: Path, tmp_path: Path) -> None:
    roster = tmp_path / "who.csv"
    roster.write_text("hand_in,email\ns2,wei@example.org\ndoejane_101_7_x,jane@example.org\n")
    row = {"email": "WEI@example.org", "name": "Wei Li", "criterion": PROOF, "points": "4"}
    rows = [row, {**row, "criterion": TRAINING}, {**row, "email": "x@example.org"}]
    ended = given_back(out, tmp_path, rows, "--roster", roster, "--partial")
    assert "row 4: this row fits no hand-in" in ended.stderr
    assert marks(out) == {("s2", PROOF): 4.0, ("s2", TRAINING): 4.0}


def test_an_override_with_a_reason_stands_in_every_export_and_in_the_history(out: Path, tmp_path: Path) -> None:
    rows = [{**ROW, "criterion": SOFTMAX, "points": "1", "why": "copied"}, ROW, {**ROW, "criterion": TRAINING}]
    assert given_back(out, tmp_path, rows).exit_code == 0
    told = {row["hand_in"]: row for row in rows_of(grader("export", out, "--to", "csv").stdout)}
    assert (told["s2"]["status"], told["s2"]["score"], told["s2"]["maximum"]) == ("graded", "26", "45")
    assert told["doejane_101_7_x"]["status"] == "partly"
    assert f"s2 marked {SOFTMAX} 6 → 1 copied" in grader("marks", "history", out, "s2").stdout


def test_a_folder_without_a_gradebook_is_told(tmp_path: Path) -> None:
    assert "there is no gradebook.db here" in grader("marks", "export", tmp_path).stderr


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=9)))
def test_no_cell_of_a_workbook_is_a_formula_and_texts_come_back(tmp_path_factory: Any, texts: list[str]) -> None:
    file = tmp_path_factory.mktemp("x") / "a.xlsx"
    rows = [{"hand_in": " ".join(text.split()) or "x"} for text in texts]
    file.write_bytes(table(["hand_in"], rows, ".xlsx"))
    page = openpyxl.load_workbook(file).worksheets[0]
    assert not any(each.data_type == "f" for row in page.iter_rows() for each in row)
    assert [row["hand_in"] for row in read_table(file)] == [row["hand_in"] for row in rows]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a workbook"])
def test_a_workbook_that_is_none_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    with pytest.raises(GraderError, match=r"a\.xlsx: this workbook cannot be read"):
        read_table(tmp_path / "a.xlsx")


def test_marks_survive_grading_again(out: Path) -> None:
    book = open_book(out / FILE)
    book.mark("hw1", [Given("s2", PROOF, 5.0)])
    result = samples.undecided()
    book.record(Attempt("hw1", "s2", to_json(replace(result, timings={})), result.score, result.complete))
    book.close()
    assert marks(out) == {("s2", PROOF): 5.0}


def test_where_nothing_waits_for_a_person_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    path.write_text("hand_in,criterion,title,graded,maximum,points,comment,why,version\n", "utf-8")
    with pytest.raises(GraderError, match="below its headings this table has no row"):
        read_marks(tmp_path, path)
