"""The quick way into WeasyPrint gives the same bytes as its own way, whatever the document."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import writeup_samples
from notebook_samples import STYLES
from report_samples import SAMPLES
from statistics_samples import statistics

from grader.notebooks import read
from grader.report import notebook, page, pdf, wellformed, writeup
from grader.report import statistics as class_page
from grader.report.pdf import Renderer

weasyprint = pytest.importorskip("weasyprint", reason="WeasyPrint or Pango is not installed", exc_type=Exception)

FEEDBACK = ("feedback",)
DOCUMENTS: dict[str, tuple[tuple[str, ...], Callable[[Renderer], object]]] = {
    "report": (FEEDBACK, lambda renderer: renderer.pdf(SAMPLES["failing"](), "instructor")),
    "hostile": (FEEDBACK, lambda renderer: renderer.pdf(SAMPLES["hostile"]())),
    "write-up": (writeup.DOCUMENTS, lambda renderer: writeup.pdf(writeup_samples.sample(), renderer)),
    "class": (class_page.DOCUMENTS, lambda renderer: class_page.pdf(statistics(12, hostile=True), renderer)),
    "notebook": (notebook.DOCUMENTS, lambda renderer: notebook.pdf(read(STYLES["colab"]), "x.ipynb", {}, renderer)),
    "stranger": (notebook.DOCUMENTS, lambda renderer: notebook.pdf(read(STYLES["hostile"]), "x.ipynb", {}, renderer)),
}


class Plain(Renderer):
    """WeasyPrint as its documentation says to use it."""

    def __init__(self, *documents: str) -> None:
        super().__init__(*documents)
        self._read = lambda markup, fetcher: weasyprint.HTML(string=markup, url_fetcher=fetcher)
        style = page.style("paper", *documents)
        self._css = weasyprint.CSS(string=style, font_config=self._fonts, url_fetcher=self._fetcher)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_the_same_bytes_as_by_weasyprints_own_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sheets, made = DOCUMENTS[name]
    found: list[Any] = []
    root = wellformed._root
    monkeypatch.setattr(wellformed, "_root", lambda markup: found.append(root(markup)) or found[-1])
    monkeypatch.setattr(wellformed, "begun", lambda _: None)
    quick = made(Renderer(*sheets))
    assert None not in found
    assert found
    assert made(Plain(*sheets)) == quick


def test_a_text_that_is_put_where_it_begins_stays_where_it_was(tmp_path: Path) -> None:
    quick, plain = (_words_and_places(way().pdf(SAMPLES["failing"]()), tmp_path) for way in (Renderer, Plain))
    assert quick.keys() == plain.keys()
    assert max(abs(place - plain[word]) for word, place in quick.items()) < 0.05


def _words_and_places(made: bytes, folder: Path) -> dict[tuple[int, str], float]:
    """Where each word of a document begins, in points; a word by how often it came before."""
    (folder / "x.pdf").write_bytes(made)
    told = subprocess.run(["pdftotext", "-bbox", "x.pdf", "-"], cwd=folder, capture_output=True, text=True, check=True)
    found: dict[tuple[int, str], float] = {}
    times: Counter[str] = Counter()
    for place, word in sorted((float(x), w) for x, w in re.findall(r'xMin="([\d.]+)".*?>(.*?)</word>', told.stdout)):
        found[times[word], word] = place
        times[word] += 1
    return found


@pytest.mark.parametrize("markup", ["<p>a&nbsp;b</p>", "<p>one<p>two", "<p>\x0b</p>", '<img alt="a > b" src="x">', ""])
def test_what_is_not_well_formed_is_read_as_browsers_do(markup: str) -> None:
    quick, plain = wellformed.reader(weasyprint), weasyprint.HTML(string=markup)
    assert quick(markup, pdf._fetcher()).render().pages[0].width == plain.render().pages[0].width


def test_a_weasyprint_that_holds_pages_differently_reads_them_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wellformed, "FIELDS", {"something else"})
    assert type(wellformed.reader(weasyprint)("<p>x</p>", pdf._fetcher())) is weasyprint.HTML


def test_variables_are_written_out() -> None:
    assert wellformed.written_out(":root { --ink: #111; --soft: #333 }\np { color: var(--ink) }").endswith("#111 }")
    assert "var(" not in wellformed.written_out(page.style("paper", *notebook.DOCUMENTS))
