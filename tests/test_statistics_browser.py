"""The class page in a real Chromium: quick with 5,000 rows, sorted and filtered, quiet, and readable by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import browser
import pytest
import statistics_samples

from grader.report.statistics import html

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.problem()), reason=browser.problem()),
    # playwright leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MANY = 5000
INTERACTIVE = 1.0  # seconds of a core from the first byte to a table that has answered; about .13 is usual
FIRST = "#rows tr:first-child td:first-child"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a class of 5,000, with some bad names."""
    found = statistics_samples.statistics(MANY, hostile=True)
    path = tmp_path_factory.mktemp("large") / "index.html"
    path.write_text(html(found, {row.id: ["report.html", "report.pdf"] for row in found.rows}), "utf-8")
    return path


@pytest.fixture
def page(chromium: Any, large: Path) -> Iterator[Any]:
    """The page, opened; whatever it complains about or asks for is kept, and has to be nothing."""
    context = chromium.new_context()
    opened = context.new_page()
    heard: list[str] = []
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on("dialog", lambda dialog: heard.append(dialog.message))
    opened.on("request", lambda request: heard.append(request.url) if request.url != large.as_uri() else None)
    opened.goto(large.as_uri())
    yield opened
    context.close()
    assert heard == []


def names(page: Any) -> list[str]:
    """The first cells of what is shown."""
    found: list[str] = page.locator("#rows tr td:first-child a:first-child").all_inner_texts()
    return found


def test_the_table_has_answered_after_less_than_a_second_of_work(chromium: Any, large: Path) -> None:
    opened = chromium.new_page()
    told = opened.context.new_cdp_session(opened)
    told.send("Performance.enable", {"timeDomain": "threadTicks"})  # what its thread computed
    opened.goto(large.as_uri())
    opened.click("[data-sort=percent]")
    spent = {each["name"]: each["value"] for each in told.send("Performance.getMetrics")["metrics"]}
    assert 0 < spent["TaskDuration"] <= INTERACTIVE
    assert opened.locator("#rows tr").count() == 50
    opened.close()


def test_rows_are_sorted_by_name_as_people_count_and_back(page: Any) -> None:
    page.fill("#f-name", "hand-in-")
    assert names(page)[:2] == ["hand-in-0000", "hand-in-0001"]
    page.focus("[data-sort=name]")
    page.keyboard.press("Enter")
    assert names(page)[0] == "hand-in-4999"
    assert page.get_attribute("th:has([data-sort=name])", "aria-sort") == "descending"
    assert page.locator("th[aria-sort]").count() == 1


def test_scores_are_sorted_and_what_has_none_stays_at_the_end(page: Any) -> None:
    page.click("[data-sort=percent]")
    scores = page.evaluate("[...document.querySelectorAll('#rows tr td:nth-child(3)')].map((e) => e.textContent)")
    shares = [int(each.rpartition("·")[2].rstrip(" %")) for each in scores]
    assert shares == sorted(shares)
    page.click("#last")
    assert page.locator("#rows tr:last-child td:nth-child(3)").inner_text() == "–"


def test_filters_work_together_and_are_taken_back_by_one_button(page: Any) -> None:
    found = statistics_samples.statistics(MANY, hostile=True).rows
    wanted = [row for row in found if "to mark" in row.looks and row.percent is not None and row.percent >= 90]
    page.select_option("#f-look", "to mark")
    page.fill("#f-from", "90")
    assert page.inner_text("#found") == f"{len(wanted)} of {len(found)} hand-ins"
    page.click("#filter button[type=reset]")
    page.wait_for_function(f"document.getElementById('found').textContent === '{len(found)} hand-ins'")


def test_a_criterion_and_a_mistake_lead_to_their_hand_ins(page: Any) -> None:
    found = statistics_samples.statistics(MANY, hostile=True)
    lost = sum(row.verdicts.get("c3") in {"partial", "failed"} for row in found.rows)
    page.click("[data-criterion='3']")
    assert page.inner_text("#found").startswith(f"{lost} of ")
    page.click("[data-mistake='0']")
    assert page.inner_text("#found").startswith(f"{found.mistakes[0].hand_ins} of ")


def test_pages_turn_and_names_lead_to_reports(page: Any) -> None:
    page.fill("#f-name", "hand-in-")
    page.click("#next")
    assert names(page)[0] == "hand-in-0050"
    assert page.inner_text("#place") == "Page 2 of 100"
    assert page.get_attribute(f"{FIRST} a", "href") == "hand-in-0050/report.html"


def test_bad_names_are_text(page: Any) -> None:
    page.fill("#f-name", "alert(1)")
    assert sorted(names(page)) == sorted(name for name in statistics_samples.HOSTILE if "alert" in name)
    assert page.locator("#rows img, #rows svg, #rows script").count() == 0


@pytest.mark.skipif(find_spec("axe_playwright_python") is None, reason="axe is not installed; see extra browser")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(chromium: Any, large: Path, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme)
    opened = context.new_page()
    opened.goto(large.as_uri())
    found = import_module("axe_playwright_python.sync_playwright").Axe().run(opened).response["violations"]
    context.close()
    assert [(each["id"], each["impact"]) for each in found] == []
