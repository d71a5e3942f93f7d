"""Report HTML → PDF by WeasyPrint, which is imported with the first document: it is heavy and may be missing."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from grader.errors import GraderError
from grader.model import Result
from grader.paths import data_folder
from grader.report import page
from grader.report.story import Audience

FONTS = "fonts:"  # the scheme by which the style sheet names the fonts of report_templates/fonts
PANGO = {
    "darwin": "brew install pango",
    "win32": "winget install MSYS2.MSYS2  and in its shell  pacman -S mingw-w64-ucrt-x86_64-pango",
}
COLLECT_EVERY = 16


class Renderer:
    """Makes PDFs. Keep one for each process: it reads style sheet and fonts once."""

    def __init__(self) -> None:
        if problem := pdf_problem():
            raise GraderError(problem)
        self._weasyprint = import_module("weasyprint")
        self._fetcher = _fetcher()
        self._fonts = import_module("weasyprint.text.fonts").FontConfiguration()
        self._css = self._weasyprint.CSS(string=page.style("paper"), font_config=self._fonts, url_fetcher=self._fetcher)
        self._made = 0

    def pdf(self, result: Result, audience: Audience = "student") -> bytes:
        """The report as tagged PDF/UA-1; equal results give equal bytes, since nothing in it tells the time."""
        document = self._weasyprint.HTML(string=page.markup(result, audience, None), url_fetcher=self._fetcher)
        with self._without_garbage_collection():
            made: bytes = document.write_pdf(stylesheets=[self._css], font_config=self._fonts, pdf_variant="pdf/ua-1")
        return made

    @contextlib.contextmanager
    def _without_garbage_collection(self) -> Iterator[None]:
        """A document makes many small objects that live until it is done; looking through them on the way is wasted."""
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            self._made += 1
            if was_enabled:
                gc.enable()
            if self._made % COLLECT_EVERY == 0:
                gc.collect()


def pdf_problem() -> str | None:
    """Why no PDF can be made here, with the line to type; None where one can."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # WeasyPrint prints a banner where it misses a library
            import_module("weasyprint")
    except ModuleNotFoundError:
        return "PDF reports need WeasyPrint, which is not installed. Type: pip install 'dlgrader[pdf]'"
    except OSError:
        command = PANGO.get(sys.platform, "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
        return f"PDF reports need the text library Pango, which is not installed. Type: {command}"
    return None


def _fetcher() -> Any:
    """A URL fetcher that knows the shipped fonts and nothing else: no file, no network, no data."""
    urls = import_module("weasyprint.urls")
    folder = data_folder("report_templates") / "fonts"
    fonts = {
        FONTS + path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".otf", ".ttf")
    }

    def fetch(_: object, url: str, *_headers: object) -> Any:
        if url not in fonts:
            raise ValueError("a report loads nothing but its own fonts")
        return urls.URLFetcherResponse(url, fonts[url], {"Content-Type": "font/otf"})

    return type("LockedFetcher", (urls.URLFetcher,), {"fetch": fetch})(allowed_protocols=(), allow_redirects=False)
