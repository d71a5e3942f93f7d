from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.exports.json import from_json, to_json
from grader.model import CriterionResult, Curve, Finding, Result, Score, SectionResult, Series, Table

TEXT = st.text(max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
POINTS = st.integers(0, 10**6).map(lambda n: n / 10**4)
SCORES = st.builds(Score, st.none() | POINTS, POINTS)
FINDINGS = st.builds(Finding, TEXT, TEXT, TEXT, TEXT, TEXT)
CURVES = st.builds(
    Curve,
    TEXT,
    TEXT,
    TEXT,
    st.tuples(NUMBERS, NUMBERS),
    st.lists(st.builds(Series, TEXT, st.tuples(NUMBERS, st.none())), max_size=2).map(tuple),
)
TABLES = st.builds(
    Table,
    TEXT,
    st.tuples(TEXT, TEXT),
    st.lists(st.tuples(TEXT | st.none(), NUMBERS), max_size=2).map(tuple),
    st.none() | st.integers(0, 9),
)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2).map(tuple)


CRITERIA = st.builds(
    CriterionResult,
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(["passed", "partial", "failed", "error", "skipped", "manual", "ungraded"]),
    SCORES,
    st.sampled_from(["public", "hidden"]),
    some(FINDINGS),
    some(CURVES),
    some(TABLES),
    TEXT,
)
RESULTS = st.builds(
    Result,
    submission=st.fixed_dictionaries({"id": TEXT, "digest": TEXT, "files": st.lists(TEXT, max_size=3)}),
    rubric=st.fixed_dictionaries({"id": TEXT, "title": TEXT, "digest": TEXT}),
    score=SCORES,
    sections=some(st.builds(SectionResult, TEXT, TEXT, SCORES, some(CRITERIA), TEXT)),
    remarks=some(FINDINGS),
    integrity=some(TEXT),
    environment=st.dictionaries(TEXT, TEXT, max_size=3),
    provenance=st.dictionaries(TEXT, TEXT, max_size=3),
    timings=st.dictionaries(TEXT, NUMBERS, max_size=3),
)


@given(RESULTS)
def test_a_result_comes_back_from_its_text_as_it_was(result: Result) -> None:
    text = to_json(result)
    assert from_json(text) == result
    assert to_json(from_json(text)) == text


def test_parts_come_in_one_order_with_the_timings_last() -> None:
    told = json.loads(to_json(samples.failing()))
    assert list(told) == [
        "submission",
        "rubric",
        "score",
        "sections",
        "remarks",
        "integrity",
        "environment",
        "provenance",
        "timings",
    ]
    criterion = told["sections"][0]["criteria"][0]
    assert list(criterion) == ["id", "title", "kind", "verdict", "score", "visibility", "findings", "description"]


def test_curves_and_tables_are_there_only_where_there_are_any() -> None:
    told = json.loads(to_json(samples.right()))
    criteria = [criterion for section in told["sections"] for criterion in section["criteria"]]
    assert any("curves" in criterion for criterion in criteria)
    assert any("curves" not in criterion for criterion in criteria)
    assert all(criterion["curves"] for criterion in criteria if "curves" in criterion)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_null(value: float) -> None:
    text = to_json(replace(samples.right(), timings={"total": value}))
    assert json.loads(text)["timings"] == {"total": None}
    assert math.isnan(from_json(text).timings["total"])


@pytest.mark.parametrize(
    ("value", "written"),
    [(2 / 3, 0.6667), (0.1 + 0.2, 0.3), (10, 10), (None, None), (np.float64(0.5), 0.5), (np.int64(3), 3)],
)
def test_points_are_written_with_four_decimals(value: Any, written: float | None) -> None:
    told = json.loads(to_json(replace(samples.right(), score=Score(value, 10))))
    assert told["score"] == {"given": written, "maximum": 10}


def test_other_numbers_keep_every_figure() -> None:
    assert json.loads(to_json(replace(samples.right(), timings={"total": 0.1 + 0.2})))["timings"]["total"] == 0.1 + 0.2


def test_whatever_a_student_wrote_can_be_saved_as_utf_8() -> None:
    to_json(samples.hostile()).encode()
    to_json(replace(samples.right(), integrity=("\ud800 half a character",))).encode()


SMALL = '{"submission": {}, "rubric": {}, "score": {"given": 1, "maximum": 2}, "sections": []}'


def test_parts_that_have_a_default_may_be_missing() -> None:
    assert from_json(SMALL) == Result({}, {}, Score(1, 2), ())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"sections": []', '"sections": {}', "result.sections must be a list, not {}"),
        ('"maximum": 2', '"maximum": "2"', 'result.score.maximum must be a finite number, not "2"'),
        ('"maximum": 2', '"maximum": true', "result.score.maximum must be a finite number, not true"),
        ('"maximum": 2', '"maximum": 1e999', "result.score.maximum must be a finite number, not Infinity"),
        ('"maximum": 2', '"maximum": NaN', "NaN is not JSON"),
        ('"maximum": 2', '"max": 2', "result.score has an unknown part 'max'"),
        (', "maximum": 2', "", "result.score lacks 'maximum'"),
        ('"given": 1', '"given": 1, "given": 2', "a name comes twice among given, given, maximum"),
        ('"rubric": {}', '"rubric": []', "result.rubric must be an object, not []"),
        (SMALL, "[]", "result must be an object, not []"),
        (
            '"sections": []',
            '"sections": [], "remarks": [{"code": "a", "message": 3}]',
            "result.remarks[0].message must be text, not 3",
        ),
    ],
)
def test_text_that_is_no_result_is_refused_with_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(GraderError) as caught:
        from_json(SMALL.replace(old, new, 1))
    assert str(caught.value) == f"this is not a result of this grader: {message}"


def test_text_that_is_no_json_is_refused_with_its_line() -> None:
    with pytest.raises(GraderError, match=r"this is not a result of this grader: .* line 1 column 85"):
        from_json(SMALL[:-1])


def test_an_unknown_verdict_is_refused() -> None:
    text = to_json(samples.right()).replace('"verdict": "passed"', '"verdict": "splendid"', 1)
    with pytest.raises(GraderError, match=r"sections\[0\].criteria\[0\].verdict must be 'passed' or"):
        from_json(text)
