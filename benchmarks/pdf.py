"""What a report's PDF costs: in a warm renderer, and the same report made naively, in turn.

Naively: a matplotlib figure for each chart, the style sheet and the fonts read anew for each document. matplotlib is no
part of this project; the first run puts it into `~/.cache/dlgrader-peers`. `python benchmarks/pdf.py`; `--json FILE`
keeps the numbers.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as the sandbox has it

from grading import COURSE, EXAMPLE, SEED
from markupsafe import Markup

from grader import report
from grader.data import load
from grader.grading import judge, observe, prepare
from grader.intake import take
from grader.model import Curve, Result
from grader.paths import data_folder
from grader.report import chart, page
from grader.report.album import Album
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlgrader-peers" / "matplotlib"
INCHES = (chart.WIDTH / 96, chart.HEIGHT / 96)  # the size at which a chart stands in the report


def main() -> None:
    """Measure, print, and keep the numbers where asked."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", type=Path, help="write the numbers to this file")
    arguments.add_argument("--runs", type=int, default=9)
    options = arguments.parse_args()
    if problem := report.pdf_problem():
        sys.exit(problem)
    numbers = measured(example(), options.runs)
    for label, value in numbers.items():
        print(f"{label:<66} {value:>9.3f}")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


def example() -> Result:
    """A graded hand-in that lost points in several sections."""
    rubric, data, sandbox = load_rubric(find_rubric(COURSE)), {"digits": load("digits")}, choose("auto")
    intake = take(EXAMPLE)
    seen = observe(intake.submission, intake.files, rubric, SEED, data, sandbox)
    return judge(prepare(rubric, SEED, data, sandbox), intake.submission, seen)


def measured(result: Result, runs: int) -> dict[str, float]:
    """CPU milliseconds of a report: the first, a further one, and the naive ones."""
    started = time.process_time()
    renderer = report.Renderer()
    markup = page.markup(result, "student", None, {}, Album(inline=False))
    pages = renderer.printed(markup).pages
    first = time.process_time() - started
    ways: dict[str, Callable[[], Any]] = {"warm": partial(renderer.pdf, result)}
    if _has_matplotlib():
        ways |= {each: partial(naive, result, each) for each in ("png", "svg")}
    for action in ways.values():
        action()
    taken: dict[str, list[float]] = {each: [] for each in ways}
    for _ in range(runs):  # in turn, so that a slow moment of the machine meets all
        for each, action in ways.items():
            taken[each].append(_cpu(action))
    warm = statistics.median(taken.pop("warm"))
    numbers = {
        "PDF, the first in a process, CPU ms": first * 1e3,
        f"PDF, warm, {pages} pages, CPU ms": warm * 1e3,
        "  a page, CPU ms (target 60)": warm * 1e3 / pages,
    }
    for each, costs in taken.items():
        slow = statistics.median(costs)
        numbers[f"the same report made naively, figures as {each.upper()}, CPU ms"] = slow * 1e3
        numbers[f"  ours over that, {each.upper()} (target 0.4)"] = warm / slow
    return numbers


def naive(result: Result, kind: str) -> bytes:
    """The report as one would first write it."""
    weasyprint, fonts = import_module("weasyprint"), import_module("weasyprint.text.fonts").FontConfiguration()
    folder = data_folder("report_templates") / "fonts"
    css = page.style("paper").replace("fonts:", f"{folder.resolve().as_uri()}/")
    with patch.object(chart, "draw", partial(_figure, kind)):
        markup = page.markup(result, "student", None, {}, Album(inline=False))
    sheet = weasyprint.CSS(string=css, font_config=fonts)
    made: bytes = weasyprint.HTML(string=markup).write_pdf(
        stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1"
    )
    return made


def _figure(kind: str, curve: Curve) -> Markup:
    pyplot = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=INCHES)
    for series in curve.series:
        axes.plot(curve.x, [math.nan if value is None else value for value in series.values], label=series.name)
    axes.set(xlabel=curve.x_label, ylabel=curve.y_label, title=curve.title)
    axes.legend()
    made = io.BytesIO()
    figure.savefig(made, format=kind, dpi=150)
    pyplot.close(figure)
    media = {"png": "image/png", "svg": "image/svg+xml"}[kind]
    return Markup(f'<img alt="a chart" src="data:{media};base64,{base64.b64encode(made.getvalue()).decode()}">')  # noqa: S704 – our own


def _has_matplotlib() -> bool:
    if not CACHE.is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(CACHE), "matplotlib"]
        subprocess.run(command, check=False)
    sys.path.append(str(CACHE))
    try:
        import_module("matplotlib").use("agg")
    except ImportError as error:
        print(f"without the naive report: {error}", file=sys.stderr)
        return False
    return True


def _cpu(action: Callable[[], Any]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


if __name__ == "__main__":
    main()
