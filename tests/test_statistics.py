"""A class in numbers: right by hand, honest about small classes, the same in any order, and harmless."""

from __future__ import annotations

import csv
import io
import math
import re
import sys
from dataclasses import replace

import pytest
import report_samples as samples
import statistics_samples

from grader.errors import GraderError
from grader.model import Finding, Result
from grader.report.bars import bins, draw, round_up
from grader.report.statistics import html
from grader.statistics import Row, row_of, row_without, statistics_of
from grader.statistics.criteria import discrimination
from grader.statistics.mistakes import frequent
from grader.statistics.row import Named
from grader.statistics.summary import spread_of
from grader.statistics.tables import TABLES, to_csv, to_parquet


def called(result: Result, id_: str) -> Result:
    return replace(result, submission={**result.submission, "id": id_})


@pytest.mark.parametrize(
    ("passed", "rests", "r"),
    [
        ([1, 1, 1, 0, 0, 0], [0.9, 0.8, 0.7, 0.3, 0.2, 0.1], 0.9649),
        ([1, 0, 1, 0, 1, 0], [0.5, 0.5, 0.7, 0.7, 0.9, 0.9], 0.0),
        ([0, 0, 0, 1, 1], [1.0, 1.0, 1.0, 0.0, 0.0], -1.0),
    ],
)
def test_discrimination_is_the_correlation_of_passing_with_the_rest(
    passed: list[int], rests: list[float], r: float
) -> None:
    found = discrimination([bool(each) for each in passed], rests)
    assert found is not None
    assert found.r == pytest.approx(r, abs=1e-4)
    assert found.low <= found.r <= found.high


@pytest.mark.parametrize(
    ("passed", "rests"),
    [
        ([1, 0, 1, 0], [0.1, 0.2, 0.3, 0.4]),  # four hand-ins
        ([1, 1, 1, 1, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),  # one that does not pass
        ([0, 0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4, 0.5]),
        ([1, 1, 0, 0, 1, 0], [0.7] * 6),  # all the same elsewhere
        ([], []),
    ],
)
def test_nothing_is_said_of_a_criterion_where_there_is_too_little(passed: list[int], rests: list[float]) -> None:
    assert discrimination([bool(each) for each in passed], rests) is None


def test_the_interval_is_wide_for_few_and_narrow_for_many() -> None:
    few = discrimination([True, False] * 5, [0.6, 0.4, 0.5, 0.5, 0.9, 0.2, 0.4, 0.6, 0.7, 0.3])
    many = discrimination([True, False] * 500, [0.6, 0.4, 0.5, 0.5, 0.9, 0.2, 0.4, 0.6, 0.7, 0.3] * 100)
    assert few is not None
    assert many is not None
    assert few.r == pytest.approx(many.r)
    assert (few.high - few.low) > 5 * (many.high - many.low)
    assert many.clear


def test_what_waits_for_a_person_counts_neither_for_nor_against() -> None:
    row, _ = row_of(samples.undecided())
    assert row.percent == pytest.approx(100.0)
    assert row.looks == ("ungraded", "to mark")
    found = statistics_of([samples.undecided()])
    assert [(tally.judged, tally.waiting) for tally in found.tallies if tally.waiting] == [(0, 1), (0, 1)]


def test_a_class_is_counted_by_hand() -> None:
    results = [called(samples.right(), "b"), called(samples.failing(), "a"), called(samples.undecided(), "d")]
    found = statistics_of(results, [row_without("c", "It is empty."), row_without("b", "an older problem")])
    assert [(row.id, row.status) for row in found.rows] == [
        ("a", "graded"),
        ("b", "graded"),
        ("c", "not graded"),
        ("d", "partly"),
    ]
    assert dict(found.looks) == {"any": 3, "integrity": 1, "ungraded": 2, "to mark": 1}
    sigmoid = next(tally for tally in found.tallies if tally.asked.title == "Sigmoid")
    assert (sigmoid.judged, sigmoid.passed, sigmoid.share) == (2, 1, 0.75)


def test_the_order_of_results_changes_nothing() -> None:
    results = [called(samples.right(), "b"), called(samples.failing(), "a")]
    assert statistics_of(results).rows == statistics_of(reversed(results)).rows


def test_a_mistake_is_counted_once_for_each_hand_in() -> None:
    slip = Named("bias", "No bias", "forward", 2.0)
    rows = [
        Row("a", mistakes=(slip, replace(slip, criterion="gradient", lost=4.0))),
        Row("b", mistakes=(slip,)),
        Row("c", mistakes=(Named("axis", "Wrong axis", "softmax", 1.0),)),
    ]
    assert [(each.id, each.hand_ins, each.criteria, each.lost) for each in frequent(rows)] == [
        ("bias", 2, ("forward", "gradient"), 4.0),
        ("axis", 1, ("softmax",), 1.0),
    ]


@pytest.mark.parametrize(
    "message",
    [
        "The bias is never moved.",
        "The bias is never moved. Or, which looks the same from outside: It is moved by zero.",
        "The bias is never moved. You keep 60% of the points.",
    ],
)
def test_a_mistake_has_its_own_title_whatever_is_said_of_it(message: str) -> None:
    criterion = samples.criterion("SGD", "partial", 2, 4, findings=(Finding("mistake:bias", message),))
    result = replace(samples.right(), sections=(replace(samples.right().sections[0], criteria=(criterion,)),))
    assert row_of(result)[0].mistakes == (Named("bias", "The bias is never moved", "sgd", 2.0),)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([4.0], (4, None, 4, 4, 4)), ([1.0, 2.0, 3.0, 4.0], (2.5, math.sqrt(5 / 3), 1.75, 2.5, 3.25))],
)
def test_a_spread_is_right(numbers: list[float], expected: tuple[float | None, ...]) -> None:
    found = spread_of(numbers)
    assert found is not None
    assert (found.mean, found.deviation, found.lower, found.median, found.upper) == pytest.approx(expected)


def test_no_numbers_have_no_spread() -> None:
    assert spread_of([]) is None


def test_every_value_is_in_one_bar() -> None:
    values = [0.0, 9.99, 10.0, 29.999999999999996, 99.9, 100.0]
    found = bins(values, 0, 100)
    assert sum(found.counts) == len(values)
    assert (found.counts[0], found.counts[1], found.counts[-1]) == (2, 1, 2)
    assert "90 to 100: 2" in draw("Scores", found, "score in %", 50.0)


@pytest.mark.parametrize(("value", "up"), [(0, 1), (0.3, 0.5), (1, 1), (1.2, 2), (413, 500), (7000, 10000)])
def test_a_scale_ends_on_a_round_number(value: float, up: float) -> None:
    assert round_up(value) == pytest.approx(up)


@pytest.mark.parametrize("count", [0, 1, 13])
def test_a_page_of_any_size_runs_its_own_script_and_loads_nothing(count: int) -> None:
    page = html(statistics_samples.statistics(count, hostile=True), {})
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" id="data">', "<script>"]
    assert page.count("</script>") == 2
    shown = re.sub(r'(?s)<script type="application/json".*?</script>', "", page).replace("http-equiv", "")
    assert not re.search(r"(src|href)=|url\(|@import|http(?!://www\.w3\.org/2000/svg)", shown)
    assert "<b>holds" not in page
    assert "unsafe" not in page


def test_names_of_hand_ins_become_addresses_below_the_page_only() -> None:
    found = statistics_samples.statistics(0, hostile=True)
    page = html(found, {row.id: ["report.html"] for row in found.rows})
    addresses = re.findall(r'"([^"]*/report\.html)"', page)
    assert len(addresses) == len(statistics_samples.HOSTILE)
    assert all(re.fullmatch(r"[\w.%~-]+/report\.html", each) for each in addresses)
    assert "..%2F..%2Fetc/report.html" in addresses


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_class_holds_no_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(statistics_samples.statistics(30, hostile=True), name).decode())))
    assert len({len(row) for row in rows}) == 1
    assert not [value for row in rows for value in row if value.startswith(("=", "@", "+"))]


def test_parquet_keeps_numbers_and_gaps() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    found = statistics_samples.statistics(50, hostile=True)
    table = parquet.read_table(io.BytesIO(to_parquet(found, "class"))).to_pydict()
    assert table["percent"] == [row.percent for row in found.rows]
    assert set(table["c0:verdict"]) >= {"passed", "failed"}


def test_without_pyarrow_a_word_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(GraderError, match=r"pip install 'dlgrader\[parquet\]'"):
        to_parquet(statistics_samples.statistics(3), "class")
