"""The markers' page in a real Chromium: marked by two at once, by keys only, in light and dark, by everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import browser
import marking_class
import pytest
import review_samples as samples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.problem()), reason=browser.problem()),
    # playwright leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
# Chromium tells every answer that is a refusal, which the page shows, and htmx every look that something overtook
EXPECTED = re.compile(rf".*\b422\b|{marking_class.ABORTED.pattern}")
ACTIVE, PANEL = ".card.active", ".card.active .panel"


def test_two_at_once_lose_no_mark_and_every_report_and_export_has_the_totals(tmp_path: Path) -> None:
    marked = marking_class.mark_class(tmp_path, 8, together=4)
    totals = marking_class.expected(marked)
    assert (marked.marks, marking_class.lost(marked), marked.heard) == (24, [], [])
    assert marked.met >= 3
    assert marking_class.reported(marked.out) == totals
    assert {to: found for to, found in marking_class.exported(marked.out, tmp_path).items() if found != totals} == {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """A browser, and the address of a server into which it was let."""
    out = samples.made(tmp_path_factory.mktemp("class"), 25)
    with marking_class.server(out) as (link, _), browser.chromium() as chromium:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(link)
        page.fill("#name", "Marker 1")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=marking as")
        yield context, link.partition("/enter")[0]


@pytest.fixture
def page(site: tuple[Any, str]) -> Iterator[Any]:
    """A page of its own; whatever it complains about is kept, and has to be nothing."""
    context, address = site
    opened = context.new_page()
    heard: list[str] = []
    opened.on("console", lambda message: None if EXPECTED.match(message.text) else heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.goto(address)
    yield opened
    opened.close()
    assert heard == []


def test_no_page_is_wider_than_a_telephone(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    for address in (page.url, page.url.rstrip("/") + "/question/xor"):
        page.goto(address)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def settled(page: Any) -> None:
    page.wait_for_function(marking_class.SETTLED)


def home(page: Any) -> str:
    """The address of the server that the page is of."""
    found = urlsplit(page.url)
    return f"{found.scheme}://{found.netloc}"


def question(page: Any, name: str, **asked: str) -> None:
    page.goto(
        page.url.partition("/question")[0].rstrip("/") + f"/question/{name}?" + "&".join(map("=".join, asked.items()))
    )
    settled(page)


def test_a_mark_a_comment_and_its_reuse_by_keys_only(page: Any) -> None:
    question(page, "curves")
    first = page.get_attribute(ACTIVE, "data-number")
    page.keyboard.press("c")
    page.keyboard.type("Name the axes; 1 of 2 is missing.")  # digits and letters are text here
    page.click(f"{PANEL} .after button")
    page.wait_for_selector(".phrase")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.wait_for_function("(first) => document.querySelector('.card.active').dataset.number !== first", arg=first)
    page.keyboard.press("b")
    page.keyboard.press("1")
    assert page.input_value(f"{PANEL} textarea") == "Name the axes; 1 of 2 is missing."
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"{PANEL} >> text=Kept by Marker 1, without points yet")
    page.keyboard.press("u")
    page.wait_for_selector(f"{PANEL} >> text=Waits for a mark")
    page.keyboard.press("u")
    page.wait_for_function("(first) => document.querySelector('.card.active').dataset.number === first", arg=first)
    page.wait_for_selector(f"{PANEL}[data-state=open]")


def test_enter_in_the_points_gives_these_points_and_no_level(page: Any) -> None:
    question(page, "rate")
    key = page.get_attribute(ACTIVE, "data-key")
    page.keyboard.press("p")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#p-{key} >> text=9 is more than the 5 points")
    page.fill(f"#p-{key} [name=points]", "3.5")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#p-{key} >> text=3.5 by Marker 1")


def test_what_is_being_typed_is_never_swapped_away(page: Any, site: tuple[Any, str]) -> None:
    question(page, "xor")
    other = site[0].new_page()
    other.goto(page.url)
    settled(other)
    page.keyboard.press("c")
    page.keyboard.type("half a sen")
    other.keyboard.press("1")
    other.wait_for_function("() => document.querySelectorAll('[data-state=marked]').length === 1")
    other.close()
    page.evaluate(f"htmx.trigger(document.querySelector('{PANEL}'), 'look')")
    settled(page)
    page.keyboard.type("tence")
    assert page.input_value(f"{PANEL} textarea") == "half a sentence"
    page.fill(f"{PANEL} textarea", "")


def test_a_server_that_ended_is_told_and_nothing_is_taken_for_saved(tmp_path: Path, site: tuple[Any, str]) -> None:
    out = samples.made(tmp_path, 2)
    with marking_class.server(out) as (link, process):
        page = site[0].browser.new_page()
        page.goto(link)
        page.fill("#name", "Marker 1")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=marking as")
        question(page, "xor")
        process.terminate()
        process.wait(20)
        page.keyboard.press("1")
        page.wait_for_selector("#banner >> text=so it is not saved")
        assert page.locator("[data-state=marked]").count() == 0
        page.close()


def test_a_page_is_not_left_silently_while_a_mark_is_on_its_way(page: Any) -> None:
    leaving = "() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    question(page, "rate")
    held: list[Any] = []
    page.route("**/mark/*", lambda route: held.append(route))
    assert page.evaluate(leaving) is False
    page.keyboard.press("1")
    page.wait_for_selector("form.htmx-request")
    assert page.evaluate(leaving) is True
    held.pop().continue_()
    settled(page)
    assert page.evaluate(leaving) is False


def test_the_keys_are_told_and_pages_turn(page: Any) -> None:
    question(page, "xor", filter="all")
    page.keyboard.press("?")
    assert page.is_visible("#help")
    page.keyboard.press("Escape")
    assert not page.is_visible("#help")
    first = int(page.get_attribute(ACTIVE, "data-number"))
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    assert page.get_attribute(ACTIVE, "data-number") == str(first + 1)
    page.keyboard.press("v")
    assert page.locator("body.pairs").count() == 1
    page.keyboard.press("v")
    with page.expect_navigation():
        page.keyboard.press("]")
    assert page.get_attribute(".card >> nth=0", "data-number") == "21"
    page.keyboard.press("/")
    page.keyboard.type("#7")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator(".card").count() == 1


@pytest.mark.skipif(find_spec("axe_playwright_python") is None, reason="axe is not installed; see extra browser")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    axe = import_module("axe_playwright_python.sync_playwright").Axe()
    for path in ("", "question/xor", "question/curves?filter=all", "question/sigmoid", "enter"):
        page.goto(f"{home(page)}/{path}")
        found = axe.run(page).response["violations"]
        assert [(path, each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
