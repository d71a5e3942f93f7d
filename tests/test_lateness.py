"""Late hand-ins: what they cost, and where that is told."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import report_samples as samples
from click.testing import CliRunner, Result

from grader.classroom.lateness import Late, load_course, penalty, submitted
from grader.cli import commands
from grader.errors import GraderError
from grader.exports.json import to_json
from grader.model import Score

RULE = Late(percent_per_day=10, at_most_percent=50, grace_minutes=15)
COURSE = """\
due:
  gatech-cs7643-a1: "2026-11-20T23:59:00+01:00"
late: {percent_per_day: 10, at_most_percent: 50, grace_minutes: 15}
"""


@pytest.mark.parametrize(
    ("late_by", "given", "lost"),
    [
        (timedelta(days=-3), 80.0, 0.0),
        (timedelta(0), 80.0, 0.0),
        (timedelta(minutes=15), 80.0, 0.0),
        (timedelta(minutes=15, seconds=1), 80.0, 20.0),
        (timedelta(days=1), 80.0, 20.0),
        (timedelta(days=1, seconds=1), 80.0, 40.0),
        (timedelta(days=400), 120.0, 100.0),
        (timedelta(days=400), 30.0, 30.0),
        (timedelta(days=2), None, 0.0),
    ],
)
def test_each_day_begun_costs_a_share_of_the_maximum_and_never_more_than_there_is(
    late_by: timedelta, given: float | None, lost: float
) -> None:
    assert penalty(Score(given, 200.0), late_by, RULE) == lost


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-20", "2026-11-20T10:00:00"])
def test_a_time_without_its_zone_is_no_time(text: str) -> None:
    assert submitted({"submitted": text}) is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("percent_per_day: 10", "percent_per_day: 110", "course.yaml:3:"),
        ("grace_minutes", "grace_minuts", "grace_minuts"),
        ("+01:00", "", "timezone"),
        ("due:", "due: [", "course.yaml:"),
    ],
)
def test_a_course_file_that_cannot_be_used_says_where(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "course.yaml"
    path.write_text(COURSE.replace(old, new), "utf-8")
    with pytest.raises(GraderError, match=told):
        load_course(path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name in ("early", "late", "unknown"):
        sample = samples.failing()
        result = replace(sample, submission={**sample.submission, "id": name})
        (tmp_path / "out" / name).mkdir(parents=True)
        (tmp_path / "out" / name / "result.json").write_text(to_json(result), "utf-8")
    (tmp_path / "course.yaml").write_text(COURSE, "utf-8")
    (tmp_path / "who.csv").write_text(
        "hand_in,student_id,submitted\nearly,s1,2026-11-20T10:00:00+00:00\nlate,s2,2026-11-21T10:00:00+00:00\n", "utf-8"
    )
    return tmp_path / "out"


def export(out: Path, to: str, *more: object) -> Result:
    folder = out.parent
    asked = ["export", out, "--to", to, "--course", folder / "course.yaml", "--roster", folder / "who.csv", *more]
    return CliRunner().invoke(commands, [str(each) for each in asked])


SCORE = samples.failing().score
LOST = SCORE.maximum / 10


@pytest.mark.parametrize(
    ("to", "raw", "lost", "final"),
    [
        ("csv", "score", "late_penalty", "final"),
        ("nbgrader", "raw_score", "late_submission_penalty", "score"),
    ],
)
def test_a_table_tells_the_points_the_penalty_and_what_is_left(
    out: Path, to: str, raw: str, lost: str, final: str
) -> None:
    ended = export(out, to)
    rows = list(csv.DictReader(ended.stdout.splitlines()))
    given = SCORE.given or 0.0
    assert [[float(row[name]) for name in (raw, lost, final)] for row in rows] == [
        [given, 0.0, given],
        [given, LOST, given - LOST],
        [given, 0.0, given],
    ]
    assert "1 without a time of submission in the roster, so nothing is taken off: unknown" in ended.stderr


def test_a_form_gets_what_is_left(out: Path) -> None:
    book = out.parent / "book.csv"
    book.write_text(
        f"Student,ID,SIS User ID,Section,HW (1)\nPoints Possible,,,,{SCORE.maximum:g}\nA,1,s1,x,\nB,2,s2,x,\n", "utf-8"
    )
    told = export(out, "canvas", "--into", book, "--column", "HW").stdout
    assert f"A,1,s1,x,{SCORE.given:g}\nB,2,s2,x,{(SCORE.given or 0) - LOST:g}\n" in told


def test_an_assignment_without_a_due_date_is_told(out: Path) -> None:
    (out.parent / "course.yaml").write_text(COURSE.replace("gatech", "other"), "utf-8")
    assert "due has no 'gatech-cs7643-a1'" in export(out, "csv").stderr
