"""What a PDF of a notebook costs: 20 cells with 6 figures, warm, on one core; beside nbconvert's own ways.

The figures are like those that notebooks hold, 640 × 480 with smooth lines. nbconvert's webpdf needs playwright and a
Chromium, its pdf needs pandoc and XeLaTeX; one that is not installed is named and left out. `--json FILE` keeps the
numbers, `--keep FOLDER` the PDFs, to be looked at.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import resource
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from grader.notebooks import read
from grader.report.notebook import DOCUMENTS, pdf
from grader.report.pdf import Renderer

WANTED = 1.0  # seconds, the median
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
Maker = Callable[[bytes], bytes]

MODEL = '''class SoftmaxRegression(BaseNetwork):
    """Scores, probabilities and the loss of one batch."""

    def forward(self, X, y, mode="train"):
        scores = X @ self.weights["W1"]
        probabilities = self.softmax(scores)
        loss = self.cross_entropy_loss(probabilities, y)
        if mode != "train":
            return loss, self.compute_accuracy(probabilities, y)
        gradient = (probabilities - np.eye(10)[y]) / len(y)  # (batch, classes)
        self.gradients["W1"] = X.T @ gradient
        return loss
'''
WORDS = """## Part {0}

The loss is $L = -\\frac{{1}}{{N}} \\sum_n \\ln p_{{n, y_n}}$, and its gradient

$$\\nabla_W L = \\frac{{1}}{{N}} X^\\top (P - Y) + \\lambda W.$$

| rate | accuracy |
|---:|---:|
| 0.1 | 0.92 |
| 0.01 | 0.8{0} |
"""


def main() -> None:
    """Measure, print, and keep the numbers where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="write the numbers to this file")
    arguments.add_argument("--keep", type=Path, help="write the PDFs into this folder")
    arguments.add_argument("--runs", type=int, default=7)
    options = arguments.parse_args()
    content = sample()
    numbers: dict[str, float] = {}
    for name, (looked, maker) in WAYS.items():
        if problem := looked():
            print(f"{name}: left out, {problem}")
            continue
        with maker() as make:
            numbers |= measured(name, make, content, options.runs, options.keep)
    numbers |= ratios(numbers)
    for label, value in numbers.items():
        print(f"{label:<66} {value:>8.3f}")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


def measured(name: str, make: Maker, content: bytes, runs: int, keep: Path | None) -> dict[str, float]:
    """Seconds of this process and of those it started, and on the clock, for one PDF; the first is the warming up."""
    first = time.monotonic()
    made = make(content)
    first = time.monotonic() - first
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{name.replace(' ', '-')}.pdf").write_bytes(made)
    clock, computing = [], []
    for _ in range(runs):
        started, worked = time.monotonic(), _worked()
        make(content)
        clock.append(time.monotonic() - started)
        computing.append(_worked() - worked)
    return {
        f"{name}: the first, seconds": first,
        f"{name}: seconds, median": statistics.median(clock),
        f"{name}: computing, seconds, median": statistics.median(computing),
        f"{name}: kilobytes": len(made) / 1000,
    }


def ratios(numbers: Mapping[str, float]) -> dict[str, float]:
    """How many times what ours costs each other way does."""
    measures = ("seconds, median", "computing, seconds, median")
    return {
        f"{name}: {measure}, in times ours": numbers[f"{name}: {measure}"] / numbers[f"ours: {measure}"]
        for name in WAYS
        for measure in measures
        if name != "ours" and f"{name}: {measure}" in numbers
    }


def _worked() -> float:
    """The time that this process and its ended children were computing."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


@contextmanager
def ours() -> Iterator[Maker]:
    """One core, a warm renderer."""
    if hasattr(os, "sched_setaffinity"):
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(before)})
    renderer = Renderer(*DOCUMENTS)
    yield lambda content: pdf(read(content), "sample.ipynb", {}, renderer)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, before)


@contextmanager
def webpdf() -> Iterator[Maker]:
    """The one that ends in a browser, with the Chromium that is installed here, which playwright would not look for."""
    kind = import_module("playwright.async_api").BrowserType
    launch = kind.launch

    async def launched(self: Any, **options: Any) -> Any:
        return await launch(self, executable_path=_chromium(), **options)

    kind.launch = launched
    try:
        yield _exporter("nbconvert.exporters.webpdf", "WebPDFExporter")
    finally:
        kind.launch = launch


@contextmanager
def latex() -> Iterator[Maker]:
    """The one by way of pandoc and XeLaTeX."""
    yield _exporter("nbconvert.exporters.pdf", "PDFExporter")


def _exporter(module: str, name: str) -> Maker:
    exporter = getattr(import_module(module), name)()
    reads = import_module("nbformat").reads

    def make(content: bytes) -> bytes:
        made: bytes = exporter.from_notebook_node(reads(content.decode(), as_version=4))[0]
        return made

    return make


def _chromium() -> str:
    return next((found for name in CHROMIUM if (found := shutil.which(name))), "")


def _no_browser() -> str:
    return "playwright or Chromium is not installed" if find_spec("playwright") is None or not _chromium() else ""


def _no_latex() -> str:
    missing = [name for name in ("pandoc", "xelatex") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


WAYS: dict[str, tuple[Callable[[], str], Callable[[], Any]]] = {
    "ours": (lambda: "", ours),
    "nbconvert webpdf": (_no_browser, webpdf),
    "nbconvert pdf": (_no_latex, latex),
}


def sample() -> bytes:
    """Twenty cells: words with formulas and a table, code, logs of sixty lines, and six figures."""
    cells: list[dict[str, Any]] = [_text("# Homework 1\n\nA softmax regression, trained with **SGD**.")]
    for part in range(1, 7):
        log = "".join(f"Epoch {n}: loss {2.3 * 0.95**n:.4f}\n" for n in range(60))
        cells += [_text(WORDS.format(part)), _code(MODEL, part), _code("plot(history)", part, log, _figure(part))]
    return json.dumps(
        {"cells": [*cells, _text("The end.")], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    ).encode()


def _text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str, run: int, log: str = "", picture: str = "") -> dict[str, Any]:
    outputs: list[dict[str, Any]] = [{"output_type": "stream", "name": "stdout", "text": log}] if log else []
    data = {"image/png": picture, "text/plain": "<Figure>"}
    outputs += [{"output_type": "display_data", "metadata": {}, "data": data}] if picture else []
    return {"cell_type": "code", "metadata": {}, "execution_count": run, "source": source, "outputs": outputs}


def _figure(pace: int) -> str:
    """Two smooth curves between axes, 640 × 480, as matplotlib would save them."""
    large = Image.new("RGBA", (1280, 960), "white")
    draw = ImageDraw.Draw(large)
    draw.rectangle((100, 40, 1240, 860), outline="black", width=2)
    for colour, height in (("#1f77b4", 700), ("#ff7f0e", 560)):
        points = [(100 + 11.4 * x, 840 - height * 2.718 ** (-x * pace / 100)) for x in range(100)]
        draw.line(points, fill=colour, width=4)
    for tick in range(11):
        draw.text((90 + 114 * tick, 880), str(10 * tick), fill="black", font_size=22)
    file = io.BytesIO()
    large.resize((640, 480), Image.Resampling.LANCZOS).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


if __name__ == "__main__":
    main()
