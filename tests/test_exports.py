"""Results in the formats of others: each accepted by its schema, hostile texts inert, and nothing silently zero."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import report_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import validate
from lxml import etree

from grader.errors import GraderError
from grader.exports import classroom50, criteria, github, gradescope, junit, nbgrader, settled, waits
from grader.exports.csv import to_csv
from grader.exports.json import from_json, to_lines
from grader.model import CriterionResult, Finding, Result, Score, SectionResult
from grader.sheets.cells import amount, cell

SCHEMAS = Path(__file__).parent / "schemas"
EVIL = (
    "=cmd|'/c calc'!A0",
    "::set-output name=score::100",
    "##[error]done",
    "100%0A::add-mask::x",
    "<script>alert(1)</script>",
    "```\n::error::x\n```",
    "a\x00b\x1b[31m\u202e\ud800",
    "[x](javascript:alert(1)) | | |",
    "]]></failure><testcase/>",
)
ENVIRONMENT = {
    "CLASSROOM": "dl",
    "ASSIGNMENT": "a1",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "someone",
    "SUBMISSION_TAG": "submit/1",
    "COMMIT_URL": "https://example.org/c",
    "RELEASE_URL": "https://example.org/r",
    "REVIEW_URL": "https://example.org/v",
    "COMMIT_DATE": "2026-11-20T10:00:00+00:00",
}
EVERY = pytest.mark.parametrize("sample", samples.SAMPLES.values(), ids=samples.SAMPLES)
hostile_text = st.sampled_from(EVIL) | st.text(max_size=20)


@st.composite
def hostile_results(draw: st.DrawFn) -> Result:
    """A criterion of each verdict, with texts that try to be something else."""
    finding = Finding("x", draw(hostile_text), draw(hostile_text), draw(hostile_text))
    criterion = CriterionResult(
        draw(hostile_text), draw(hostile_text), "value", "failed", Score(0.0, 2.0), "public", (finding,)
    )
    waiting = replace(criterion, id="w", verdict="manual", score=Score(None, 3.0))
    section = SectionResult("s", draw(hostile_text), Score(0.0, 5.0), (criterion, waiting))
    about = {"id": draw(hostile_text), "digest": "0", "files": [], "ignored": []}
    return Result(about, {"id": "r", "title": draw(hostile_text)}, Score(0.0, 5.0), (section,), remarks=(finding,))


def gradescope_tests(told: str) -> list[dict[str, Any]]:
    found = json.loads(told)
    validate(found, json.loads((SCHEMAS / "gradescope.json").read_text()))
    tests: list[dict[str, Any]] = found["tests"]
    return tests


def cases_of(told: str) -> list[Any]:
    tree = etree.fromstring(told.encode())
    etree.XMLSchema(file=str(SCHEMAS / "junit.xsd")).assertValid(tree)
    return tree.findall(".//testcase")


@EVERY
def test_gradescope_gets_a_test_for_each_criterion_and_the_points_that_are_decided(sample: Any) -> None:
    result = sample()
    told = gradescope.to_results(result)
    tests = gradescope_tests(told)
    assert len(tests) == len(list(criteria(result)))
    assert json.loads(told)["score"] == pytest.approx(sum(test.get("score", 0) for test in tests), abs=0.01)


def test_gradescope_gets_no_points_for_what_waits_and_is_told_so() -> None:
    tests = gradescope_tests(gradescope.to_results(samples.undecided()))
    waiting = [test for test in tests if "score" not in test]
    assert [test["name"] for test in waiting] == ["Discussion of the learning curves", "Training reaches the target"]
    assert all("max_score" not in test and "status" not in test for test in waiting)
    assert "10 points are not in the score" in waiting[0]["output"]


def test_gradescope_gets_no_results_where_nothing_is_decided() -> None:
    criterion = samples.criterion("Proof", "manual", None, 10)
    result = Result({"id": "a"}, {}, Score(None, 10), (SectionResult("s", "S", Score(None, 10), (criterion,)),))
    with pytest.raises(GraderError, match="zero"):
        gradescope.to_results(result)


@pytest.mark.parametrize("when", ["hidden", "after_due_date", "after_published", "visible"])
def test_gradescope_hides_what_the_rubric_hides(when: Any) -> None:
    tests = gradescope_tests(gradescope.to_results(samples.failing(), when))
    hidden = [c.visibility == "hidden" for _, c in criteria(samples.failing())]
    assert [test["visibility"] for test in tests] == [when if each else "visible" for each in hidden]


def test_what_gradescope_shows_above_the_tests_tells_nothing_of_hidden_ones() -> None:
    section = SectionResult(
        "s",
        "S",
        Score(1, 11),
        (samples.criterion("Secret proof", "manual", None, 10, hidden=True), samples.criterion("A", "passed", 1, 1)),
    )
    result = Result({"id": "a"}, {}, Score(1, 11), (section,))
    assert "Secret" not in json.loads(gradescope.to_results(result))["output"]
    assert "Secret proof" in json.loads(gradescope.to_results(result, "visible"))["output"]


@EVERY
def test_junit_is_valid_and_has_a_case_for_each_criterion(sample: Any) -> None:
    assert len(cases_of(junit.to_junit(sample()))) == len(list(criteria(sample())))


def test_junit_tells_whole_seconds_by_which_no_hand_in_can_tell_what_it_was_given() -> None:
    result = replace(samples.right(), timings={each.id: 1.234 for _, each in criteria(samples.right())})
    text = junit.to_junit(result)
    assert 'time="1"' in text
    assert "." not in "".join(re.findall('time="(.*?)"', text))


def test_junit_skips_what_waits_and_calls_an_error_what_the_grader_could_not_decide() -> None:
    cases = {case.get("name"): case for case in cases_of(junit.to_junit(samples.undecided()))}
    assert cases["Discussion of the learning curves"][0].tag == "skipped"
    wrong = cases["Training reaches the target"][0]
    assert (wrong.tag, wrong.get("type")) == ("error", "ungraded")
    told = junit.to_junit(samples.undecided())
    assert "points.discussion" not in told
    assert 'name="maximum.discussion-of-the-learning-curves" value="10"' in told


def test_findings_of_hidden_criteria_stay_out_of_what_a_ci_shows() -> None:
    for told in (
        junit.to_junit(samples.failing()),
        github.to_summary(samples.failing()),
        github.to_annotations(samples.failing()),
        classroom50.to_result(samples.failing(), ENVIRONMENT),
    ):
        assert "64 times the expected gradient" not in told
        assert "The sigmoid of" in told


@EVERY
def test_classroom50_gets_whole_points_in_the_same_proportion(sample: Any) -> None:
    result = sample()
    told = json.loads(classroom50.to_result(result, ENVIRONMENT))
    validate(told, json.loads((SCHEMAS / "classroom50.json").read_text()))
    decided = result.decided
    assert told["score"] * decided.maximum == pytest.approx((decided.given or 0) * told["max-score"], rel=0.01, abs=0.1)


def test_classroom50_counts_half_points_as_one_of_two() -> None:
    criterion = samples.criterion("A", "partial", 1.5, 2)
    result = Result({"id": "a"}, {}, Score(1.5, 2), (SectionResult("s", "S", Score(1.5, 2), (criterion,)),))
    told = json.loads(classroom50.to_result(result, ENVIRONMENT))
    assert (told["score"], told["max-score"]) == (3, 4)


def test_classroom50_names_what_its_environment_lacks() -> None:
    with pytest.raises(GraderError, match="COMMIT_DATE"):
        classroom50.to_result(samples.right(), {**ENVIRONMENT, "COMMIT_DATE": ""})


def test_a_summary_says_what_waits_instead_of_counting_it() -> None:
    told = github.to_summary(samples.undecided())
    assert "**25 of 25 points.** 2 of the criteria have no points yet" in told
    assert "| ✍️ | Discussion of the learning curves | waits for a person |" in told


def test_a_summary_is_never_too_long_for_github() -> None:
    finding = Finding("x", "ü" * 2000)
    criterion = samples.criterion("A", "failed", 0, 1, findings=(finding,) * 9)
    section = SectionResult("s", "S", Score(0, 1), (criterion,) * 80)
    told = github.to_summary(Result({"id": "a"}, {}, Score(0, 80), (section,)))
    assert len(told.encode()) < 2**20
    assert "The rest is left out" in told


def test_annotations_name_file_and_line() -> None:
    lines = github.to_annotations(samples.failing()).splitlines()
    assert lines[0].startswith("::warning file=models/_base_network.py,line=64,title=Sigmoid::The sigmoid of")
    assert "%0A" in lines[0]


@given(hostile_results())
@settings(deadline=None, max_examples=50)  # nine formats and three validators
def test_hostile_texts_stay_texts_in_every_format(result: Result) -> None:
    assert len(gradescope_tests(gradescope.to_results(result))) == 2
    assert len(cases_of(junit.to_junit(result))) == 2
    validate(
        json.loads(classroom50.to_result(result, ENVIRONMENT)),
        json.loads((SCHEMAS / "classroom50.json").read_text()),
    )
    commands = github.to_annotations(result).split("\n")
    assert len(commands) == 3
    assert all(re.match(r"::(error|notice) (file=|title=)", each) for each in commands[:2])
    summary = github.to_summary(result)
    for line in [*summary.splitlines(), *commands]:
        assert "##[" not in line
    assert not any(line.lstrip().startswith("::") for line in summary.splitlines())
    for table in (to_csv([result]), nbgrader.to_csv([result], {})):
        rows = list(csv.reader(io.StringIO(table)))
        assert len(rows) == 2
        assert len(rows[0]) == len(rows[1])
        assert not any(part.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for part in row)
    assert len(to_lines([result]).split("\n")) == 2


@given(st.text(max_size=30))
def test_no_cell_is_a_formula_and_none_breaks_a_row(text: str) -> None:
    told = cell(text)
    assert not told.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not set(told) & set("\r\n\t\0")


@pytest.mark.parametrize(
    ("points", "told"),
    [(12.5, "12.5"), (10.0, "10"), (3.33333, "3.3333"), (-0.0, "0"), (100, "100"), (None, "")],
)
def test_points_are_told_to_machines_without_signs_of_typesetting(points: float | None, told: str) -> None:
    assert amount(points) == told


def test_csv_leaves_empty_what_has_no_points() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv([samples.right(), samples.undecided(), samples.failing()]))))
    assert [row["status"] for row in rows] == ["graded", "partly", "graded"]
    assert rows[1]["discussion-of-the-learning-curves"] == ""
    assert (rows[1]["score"], rows[1]["decided"], rows[1]["maximum"]) == ("25", "25", "45")


def test_nbgrader_gets_no_score_of_what_still_waits_unless_asked_for() -> None:
    students = {"hand-in-0101": {"student_id": "4711", "email": "a@example.org"}}
    rows = list(csv.DictReader(io.StringIO(nbgrader.to_csv([samples.undecided()], students))))
    assert (rows[0]["student_id"], rows[0]["email"], rows[0]["score"]) == ("4711", "a@example.org", "")
    told = nbgrader.to_csv([samples.undecided()], students, provisional=True)
    assert next(csv.DictReader(io.StringIO(told)))["score"] == "25"


def test_json_lines_can_be_read_back() -> None:
    results = [samples.right(), samples.hostile()]
    lines = to_lines(results).splitlines()
    assert [from_json(line).score for line in lines] == [result.score for result in results]


def test_a_result_is_settled_only_once_every_criterion_has_points() -> None:
    assert settled(samples.right())
    assert not settled(samples.undecided())
    assert [waits(c) for _, c in criteria(samples.undecided()) if waits(c)] == [
        "waits for a person",
        "could not be graded; a person will look at it",
    ]
