"""A term's totals: the drop rules, who is whom in several assignments, and what waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.classroom.lateness import Drop
from grader.classroom.totals import dropped, totals
from grader.cli import commands
from grader.sheets.people import person

ONE = Drop(lowest=1, of=("a", "b", "c"))
TWO = Drop(lowest=2, of=("a", "b"))


@pytest.mark.parametrize(
    ("percents", "rules", "expected"),
    [
        ({"a": 90.0, "b": 40.0, "c": 70.0}, [ONE], "b"),
        ({"a": 40.0, "b": 40.0, "c": 70.0}, [ONE], "a"),  # of equals, one
        ({"a": 90.0, "b": 40.0, "c": None}, [ONE], ""),  # what waits may come out lowest
        ({"a": 90.0, "b": 40.0, "d": 10.0}, [ONE], "b"),  # other assignments are not asked
        ({"a": 90.0, "b": 40.0}, [TWO], "b"),  # one of them always counts
        ({"a": 90.0, "b": 40.0, "c": 10.0}, [ONE, TWO], "bc"),
        ({"a": 90.0}, [], ""),
    ],
)
def test_the_lowest_are_dropped(percents: Mapping[str, float | None], rules: list[Drop], expected: str) -> None:
    assert dropped(percents, rules) == frozenset(expected)


def test_a_student_is_known_by_any_key_and_has_nothing_for_what_is_not_there() -> None:
    found = totals(
        {
            "a": [(person(["7", "ada@example.org"], ["Ada"]), 80.0), (person(["8"]), None)],
            "b": [(person(["ada@example.org"]), 60.0)],
        },
        [],
    )
    assert [(min(each.keys), each.percents, each.total) for each in found] == [
        ("7", {"a": 80.0, "b": 60.0}, 70.0),
        ("8", {"a": None, "b": 0.0}, None),
    ]


def test_a_term_is_one_table(tmp_path: Path) -> None:
    for name, points in (("hw1", 9), ("hw2", 4), ("hw3", 7)):
        _results(tmp_path / name, name, points)
    (tmp_path / "course.yaml").write_text(
        'due: {hw1: "2026-11-20T12:00:00Z"}\nlate: {percent_per_day: 10}\ndrop: [{lowest: 1, of: [hw1, hw2, hw3]}]\n'
    )
    outs = [str(tmp_path / name) for name in ("hw1", "hw2", "hw3")]
    ended = CliRunner().invoke(commands, ["marks", "totals", *outs, "--course", str(tmp_path / "course.yaml")])
    assert ended.stdout == "student,hw1,hw2,hw3,dropped,total\nAda Example,80.0,40.0,70.0,hw2,75.0\n"


def _results(out: Path, assignment: str, points: int) -> None:
    """A folder of results with one student, who was a day late."""
    told = {
        "submission": {"id": f"of-{assignment}", "digest": ""},
        "rubric": {"id": assignment},
        "score": {"given": points, "maximum": 10},
        "sections": [],
    }
    (out / f"of-{assignment}").mkdir(parents=True)
    (out / f"of-{assignment}" / "result.json").write_text(json.dumps(told))
    (out / "roster.csv").write_text(
        f"hand_in,name,email,submitted\nof-{assignment},Ada Example,ada@example.org,2026-11-20T20:00:00+00:00\n"
    )
