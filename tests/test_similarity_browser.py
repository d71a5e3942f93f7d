"""The page of similar hand-ins in a real Chromium: links lead to the other side, and nothing is asked for."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import browser
import pytest

from grader.report.similarity import html
from grader.similarity import HandIn, baseline, compare

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(browser.problem()), reason=browser.problem()),
    # playwright leaves its sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CODE = "\n".join(f"def f{i}(x):\n    y = x * {i}\n    return [y, {i}, x] + list(x) * {'-' * i}y\n" for i in range(60))


def test_passages_lead_to_each_other_and_axe_finds_nothing_serious(tmp_path: Path) -> None:
    files = {name: {"hw.py": CODE.encode()} for name in ("ada", "<img src=x onerror=alert(1)>")}
    found = compare([HandIn(name, lambda each=each: each) for name, each in files.items()], baseline(()), 25)  # type: ignore[misc]
    (tmp_path / "similar.html").write_text(html(found, "class"), "utf-8")
    heard: list[str] = []
    with browser.chromium() as chromium:
        for scheme in ("light", "dark"):
            page = chromium.new_context(color_scheme=scheme, reduced_motion="reduce").new_page()
            page.on("request", lambda request: heard.append(request.url))
            page.on("dialog", lambda dialog: heard.append(dialog.message))
            page.goto((tmp_path / "similar.html").as_uri())
            page.click("#p1a-0")
            assert page.evaluate("document.querySelector(':target').id") == "p1b-0"
            if find_spec("axe_playwright_python"):
                axe = import_module("axe_playwright_python.sync_playwright").Axe()
                assert [each["id"] for each in axe.run(page).response["violations"]] == []
    assert set(heard) == {(tmp_path / "similar.html").as_uri()}
