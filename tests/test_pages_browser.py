"""Pages without a script in a real Chromium: none is wider than a telephone, no column or header stands empty."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browser
import pytest
import report_samples
import writeup_samples
from pypdf import PdfReader

from grader import report
from grader.audit import Audit, Candidate, Outcome
from grader.report import audit, writeup

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.problem()), reason=browser.problem()),
    # playwright leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
WIDEST = "document.documentElement.scrollWidth"
ENDS = "[...document.querySelectorAll('.contents, .contents :nth-child(2)')].map(e => e.getBoundingClientRect().right)"
SPARE = """[...document.querySelectorAll('.matrix .turned')].map(cell =>
    cell.clientHeight - cell.firstChild.getBoundingClientRect().height)"""


def audited() -> str:
    """An audit with many criteria that have long names."""
    points = {f"criterion-of-the-{place}-part-of-it": 1.0 for place in range(20)}
    change = Candidate("one", "mutant", "A change of some length that is told", "net.py:forward", {}, "-a\n+b", ())
    rubric = {"id": "tiny", "title": "Tiny", "course": "A course", "digest": "0"}
    return audit.html(Audit(rubric, points, (Outcome(change, "survived", {}),), 0, "2 probes"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of the pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "feedback": report.html(report_samples.extreme()),
        "failing": report.html(report_samples.failing()),
        "hostile": report.html(report_samples.hostile(), "instructor"),
        "writeup": writeup.html(writeup_samples.sample()),
        "audit": audited(),
    }
    for name, page in made.items():
        (folder / f"{name}.html").write_text(page, "utf-8")
    return {name: Path(folder / f"{name}.html").as_uri() for name in made}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    with browser.chromium() as started:
        yield started


@pytest.mark.parametrize("name", ["feedback", "hostile", "writeup", "audit"])
def test_no_page_is_wider_than_a_telephone(chromium: Any, pages: dict[str, str], name: str) -> None:
    page = chromium.new_page(viewport={"width": 360, "height": 780})
    page.goto(pages[name])
    assert page.evaluate(WIDEST) == 360


def test_the_contents_of_a_write_up_keep_no_column_for_pages_that_a_screen_has_not(
    chromium: Any, pages: dict[str, str]
) -> None:
    page = chromium.new_page()
    page.goto(pages["writeup"])
    table, *cells = page.evaluate(ENDS)
    assert cells[-1] == table


def test_the_header_of_the_matrix_is_as_high_as_its_longest_name(chromium: Any, pages: dict[str, str]) -> None:
    page = chromium.new_page()
    page.goto(pages["audit"])
    assert 0 <= min(page.evaluate(SPARE)) <= 20


def test_a_report_that_a_browser_prints_has_the_pages_of_its_pdf(chromium: Any, pages: dict[str, str]) -> None:
    page = chromium.new_page()
    page.goto(pages["failing"])
    printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(printed.pages) == len(PdfReader(io.BytesIO(report.Renderer().pdf(report_samples.failing()))).pages)
