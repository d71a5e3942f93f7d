"""Report HTML → PDF by WeasyPrint, which is imported with the first document: it is heavy and may be missing."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from grader.errors import GraderError
from grader.model import Own, Result
from grader.paths import data_folder
from grader.report import page
from grader.report.album import Album
from grader.report.raster import kind
from grader.report.story import Audience
from grader.report.wellformed import reader, written_out

FONTS = "fonts:"  # the scheme by which the style sheet names the fonts of report_templates/fonts
PANGO = {
    "darwin": "brew install pango",
    "win32": "winget install MSYS2.MSYS2  and in its shell  pacman -S mingw-w64-ucrt-x86_64-pango",
}
COLLECT_EVERY = 16


@dataclass(frozen=True)
class Printed:
    """A PDF, the page from 1 on which each anchor stands, and how many pages there are."""

    pdf: bytes
    anchors: Mapping[str, int]
    pages: int


class Renderer:
    """Makes PDFs. Keep one for each process: it reads style sheet and fonts once."""

    def __init__(self, *documents: str) -> None:
        """`documents` are the folders of report_templates whose style sheets are wanted beside the base."""
        if problem := pdf_problem():
            raise GraderError(problem)
        self._weasyprint = import_module("weasyprint")
        logging.getLogger("weasyprint").setLevel(logging.ERROR)  # else a line on stderr for each letter without a glyph
        self._fetcher = _fetcher()
        self._fonts = import_module("weasyprint.text.fonts").FontConfiguration()
        self._read = reader(self._weasyprint)
        style = written_out(page.style("paper", *documents))
        self._css = self._weasyprint.CSS(string=style, font_config=self._fonts, url_fetcher=self._fetcher)
        self._made = 0

    def pdf(self, result: Result, audience: Audience = "student", own: Mapping[str, Own] | None = None) -> bytes:
        """The report as tagged PDF/UA-1; equal results give equal bytes, since nothing in it tells the time."""
        album = Album(inline=False)
        return self.printed(page.markup(result, audience, None, own or {}, album), album.content).pdf

    def printed(self, html: str, pictures: Mapping[str, bytes] | None = None) -> Printed:
        """Any document of ours, with the pictures that it names, and the page of each of its anchors."""
        fetcher = _fetcher(pictures) if pictures else self._fetcher
        with self._without_garbage_collection():
            document = self._read(html, fetcher)
            laid_out = document.render(stylesheets=[self._css], font_config=self._fonts, pdf_variant="pdf/ua-1")
            made: bytes = laid_out.write_pdf(pdf_variant="pdf/ua-1")
        anchors: dict[str, int] = {}
        for number, each in enumerate(laid_out.pages, 1):
            for name in each.anchors:
                anchors.setdefault(name, number)  # what goes on over several pages has its anchor on each
        return Printed(made, anchors, len(laid_out.pages))

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
    except ImportError as error:
        return f"WeasyPrint, which makes PDF reports, does not start: {error}. Type: pip install -U 'dlgrader[pdf]'"
    except OSError:
        command = PANGO.get(sys.platform, "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
        return f"PDF reports need the text library Pango, which is not installed. Type: {command}"
    return None


def _fetcher(pictures: Mapping[str, bytes] | None = None) -> Any:
    """A URL fetcher that knows the shipped fonts, our own pictures and nothing else: no file, no network, no data."""
    urls = import_module("weasyprint.urls")
    folder = data_folder("report_templates") / "fonts"
    fonts = {
        FONTS + path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in (".otf", ".ttf")
    }

    known = {**fonts, **(pictures or {})}

    def fetch(_: object, url: str, *_headers: object) -> Any:
        if url not in known:
            raise ValueError("a report loads nothing but its own fonts and pictures")
        media = "font/otf" if url in fonts else kind(known[url])
        return urls.URLFetcherResponse(url, known[url], {"Content-Type": media})

    return type("LockedFetcher", (urls.URLFetcher,), {"fetch": fetch})(allowed_protocols=(), allow_redirects=False)
