"""Files of others that are filled in: one column changes, every other byte stays, and nobody is guessed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.exports import canvas, moodle
from grader.sheets import read, written
from grader.sheets.people import Person, known_as, match, person, roster

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (4711),Homework 2 (4712),Current Score,Override Score\r\n"
    ",,,,,Manual Posting,,(read only),\r\n"
    "    Points Possible,,,,,10.00,20.00,(read only),\r\n"
    '"Doe, Jane",101,s1,jdoe,"Lab ""A""",,7.5,75.0,\r\n'
    '"O\'Neil, Zoë",102,s2,zoneil,Lab B,3.00,EX,30.0,\r\n'
    '"Li, Wei",103,s3,wli,Lab B,,,,\r\n'
    '"Li, Wei",104,s4,wli2,Lab B,,,,\r\n'
    '"Student, Test",105,,abc123,Lab B,,,,\r\n'
)
SEMICOLONS = CANVAS.replace(",", ";").replace("; ", ", ").replace("10.00", "10,00").replace("7.5", "7,5")
MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 11,Jane Doe,jane@example.org,"Submitted for grading",,100.00,Yes,"Friday, 20 November 2026",-,\n'
    "Participant 12,Zoë O'Neil,zoe@example.org,Graded,50.00,100.00,No,-,-,<p>kept</p>\n"
)


def test_canvas_students_are_its_rows_without_those_about_columns() -> None:
    people = canvas.people(read(CANVAS.encode(), "book.csv"))
    assert list(people) == [3, 4, 5, 6, 7]
    assert {"canvas 101", "s1", "jdoe"} <= people[3].keys
    assert people[4].names == {"oneilzoë", "zoëoneil"}


@pytest.mark.parametrize("text", [CANVAS, SEMICOLONS, "\ufeff" + CANVAS, CANVAS.replace("\r\n", "\n").rstrip("\n")])
def test_one_column_of_canvas_changes_and_nothing_else(text: str) -> None:
    sheet = read(text.encode(), "book.csv")
    column = canvas.column_of(sheet, "Homework 1 (4711)")
    after = canvas.filled(sheet, column, {3: 9.5, 5: 4}).decode()
    delimiter = ";" if text is SEMICOLONS else ","
    before_rows, rows = (list(csv.reader(io.StringIO(each), delimiter=delimiter)) for each in (text, after))
    changed = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell != before_rows[r][c]]
    assert changed == [(3, 5), (5, 5)]
    assert rows[3][5] == ("9,5" if text is SEMICOLONS else "9.5")
    mark = rows[3][5]
    assert (
        after.replace(f"{delimiter}{mark}{delimiter}", delimiter * 2, 1).replace(
            f"Lab B{delimiter}4{delimiter}", f"Lab B{delimiter * 2}", 1
        )
        == text
    )


@pytest.mark.parametrize("named", ["4711", "Homework 1", "Homework 1 (4711)"])
def test_a_column_of_canvas_is_named_by_heading_title_or_id(named: str) -> None:
    assert canvas.column_of(read(CANVAS.encode(), "book.csv"), named) == 5


@pytest.mark.parametrize("named", ["Homework 3", "Current Score", "Override Score", "SIS User ID", ""])
def test_a_column_that_canvas_would_not_take_is_refused(named: str) -> None:
    with pytest.raises(GraderError, match="Name one by its heading: 'Homework"):
        canvas.column_of(read(CANVAS.encode(), "book.csv"), named)


def test_what_is_excused_in_canvas_stays_so() -> None:
    sheet = read(CANVAS.encode(), "book.csv")
    assert canvas.filled(sheet, canvas.column_of(sheet, "4712"), {4: 1.0}) == CANVAS.encode()


def test_points_possible_are_read_from_either_platform() -> None:
    assert canvas.points_possible(read(SEMICOLONS.encode(), "book.csv"), 5) == 10
    assert moodle.points_possible(read(MOODLE.encode(), "sheet.csv"), 4) == 100


def test_a_worksheet_of_moodle_gets_grades_where_they_can_be_changed() -> None:
    sheet = read(MOODLE.encode(), "sheet.csv")
    after = moodle.filled(sheet, moodle.column_of(sheet), {1: 87.5, 2: 99.0}).decode()
    assert after == MOODLE.replace('grading",,100', 'grading",87.5,100')


@pytest.mark.parametrize("data", [b"name,score\na,1\n", b"", b"Student\n", b"PK\x03\x04zip", b"\xff\xfea\0"])
def test_another_file_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(GraderError, match=r"no gradebook|not CSV"):
        canvas.people(read(data, "book.csv"))


def test_a_quote_out_of_place_is_told_with_its_row() -> None:
    with pytest.raises(GraderError, match="row 2"):
        read(b'a,b\n"c,d\n', "book.csv")


SIGNS = st.characters(codec="utf-8", exclude_characters="\r")  # csv leaves some of these without quotes
CELLS = st.lists(st.lists(st.text(SIGNS, max_size=6), min_size=2, max_size=4), max_size=5)


@given(CELLS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_a_file_comes_back_as_it_was_and_is_read_as_others_read_it(
    cells: list[list[str]], delimiter: str, end: str
) -> None:
    text = io.StringIO()
    rows = [["head", *"abcdefghij"], *cells]
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    sheet = read(text.getvalue().encode(), "x.csv")
    assert [list(row) for row in sheet.rows] == rows
    assert written(sheet, {}) == text.getvalue().encode()
    changed = read(written(sheet, {(len(rows) - 1, 1): 'x"' + delimiter}), "x.csv")
    assert changed.rows[-1][1] == 'x"' + delimiter


def test_bytes_that_are_not_utf8_stay() -> None:
    data = CANVAS.encode("latin-1")
    sheet = read(data, "book.csv")
    assert canvas.filled(sheet, 5, {3: 1}) == data.replace(b'""A""",,', b'""A""",1,')


@pytest.mark.parametrize(
    ("hand_in", "row"),
    [
        ("doejane_101_900_models", 3),
        ("doejane_LATE_101_900_models", 3),
        ("wrongname_102_900_x", 4),
        ("s3", 5),
        ("WLI2", 6),
        ("Jane Doe", 3),
        ("Zoë O'Neil_77_assignsubmission_file", 4),
    ],
)
def test_a_hand_in_finds_its_row_by_id_and_else_by_name(hand_in: str, row: int) -> None:
    people = canvas.people(read(CANVAS.encode(), "book.csv"))
    assert match({hand_in: [known_as(hand_in)]}, people).rows == {row: hand_in}


def test_who_fits_no_row_or_several_or_comes_twice_is_told_and_not_guessed() -> None:
    people = canvas.people(read(CANVAS.encode(), "book.csv"))
    hand_ins = ["nobody", "Wei Li", "s1", "jdoe", "J\u0430ne Doe"]  # the last one has a Cyrillic letter
    found = match({each: [known_as(each)] for each in hand_ins}, people)
    assert found.rows == {}
    assert found.unmatched == ("nobody", "J\u0430ne Doe")
    assert found.ambiguous == ("Wei Li",)
    assert found.twice == {3: ("s1", "jdoe")}


def test_a_key_weighs_more_than_a_name() -> None:
    rows = {1: person(["s1"], ["Jane Doe"]), 2: person(["s2"], ["Jane Doe"])}
    assert match({"x": [person(["s2"], ["Jane Doe"])]}, rows).rows == {2: "x"}


def test_a_group_fills_the_row_of_each_member() -> None:
    rows = {1: person(["s1"]), 2: person(["s2"]), 3: person(["s3"])}
    assert match({"x": [person(["s1"]), person(["S2 "])]}, rows).rows == {1: "x", 2: "x"}


def test_nothing_matches_nothing() -> None:
    assert match({"x": [Person()]}, {1: Person()}).unmatched == ("x",)


def test_gradescopes_metadata_tells_who_handed_in_what(tmp_path: Path) -> None:
    file = tmp_path / "submission_metadata.yml"
    file.write_text(
        "submission_12:\n  :submitters:\n  - :name: Jane Doe\n    :sid: 's1'\n    :email: jane@example.org\n"
        "  - :name: Wei Li\n  :created_at: 2026-11-20 10:00:00 Z\n  :score: 1.0\n  :status: processed\n",
        "utf-8",
    )
    people = roster(file)["submission_12"]
    assert people[0].keys == {"s1", "jane@example.org"}
    assert people[1].names == {"weili"}
    assert people[0].told["last_name"] == "Doe"


@pytest.mark.parametrize("text", ["[]", "a: 1", "!!python/object:os.x {}", "a: {b: c}", "\t"])
def test_a_yaml_file_that_is_not_gradescopes_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "submission_metadata.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(GraderError, match="submission_metadata"):
        roster(file)


def test_a_list_of_ones_own_needs_the_hand_ins(tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    file.write_text("hand_in,student_id,first_name,last_name\nh1,s9,Ada,B\nh2,s8,C,D\n", "utf-8")
    assert roster(file)["h1"][0].keys == {"s9"}
    assert "adab" in roster(file)["h1"][0].names
    file.write_text("name,id\na,1\n", "utf-8")
    with pytest.raises(GraderError, match="hand_in"):
        roster(file)
