"""A real Chromium for the tests of pages; `make test-slow` installs playwright and Debian's chromium where it can."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from importlib import import_module
from importlib.util import find_spec
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def problem() -> str:
    """Why there is no browser here; nothing where there is one."""
    if find_spec("playwright") is None:
        return "playwright is not installed; type: pip install 'dlgrader[browser]'"
    if not path():
        return "there is no Chromium; type: apt-get install chromium"
    if sys.platform == "linux" and not find_library("atomic"):  # the Node.js that comes with playwright needs it
        return "playwright does not start; type: apt-get install libatomic1"
    return ""


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser; it is gone afterwards."""
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        # Without Chromium's own sandbox, which root and many containers cannot have; the pages are ours.
        browser = playwright.chromium.launch(executable_path=path(), chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


def path() -> str | None:
    """Where the browser is."""
    return next(filter(None, map(shutil.which, NAMES)), None)
