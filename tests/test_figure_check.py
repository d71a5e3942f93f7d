"""Figures that an answer needs: what a notebook tells without being run."""

from __future__ import annotations

from typing import Any

import pytest
from notebook_samples import DRAWING, Cell, code, figure, notebook, shown, text

from grader.answers.parts import part
from grader.answers.plots import definitions, plot
from grader.checks.figure import Figure
from grader.checks.prose import Prose
from grader.probes import Setting

HEAD = text("## 2b Loss curves")
PICTURE = shown(image_png=figure(), text_plain="<Figure>")
NAMED = "plt.plot(a, label='train')\nplt.plot(b, label='validation')\nplt.legend()\nplt.xlabel('epoch')\n"
BOTH = f"{NAMED}plt.ylabel('loss')"


def judged(cells: list[Cell], files: dict[str, bytes] | None = None, **fields: Any) -> tuple[Any, Any, list[str]]:
    check = Figure(kind="figure", question="loss-curves", **fields)
    seen = check.read({"hw.ipynb": notebook(cells), **(files or {})})
    verdict = check.judge(seen, {}, Setting(1, {}, {}))
    return verdict.status, verdict.fraction, [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(
    ("cells", "fields", "status", "codes"),
    [
        ([HEAD, code(BOTH, PICTURE)], {"labels": True, "curves": ("train", "valid|test")}, "passed", []),
        ([HEAD, code(BOTH, PICTURE), text("## 2c"), code(BOTH, PICTURE)], {"count": 2}, "partial", ["too-few-figures"]),
        ([HEAD, code(NAMED, PICTURE)], {"labels": True}, "partial", ["axis-without-name"]),
        ([HEAD, code(f"{NAMED}plt.ylabel('')", PICTURE)], {"labels": True}, "partial", ["axis-without-name"]),
        ([HEAD, code("ax.set(xlabel='n', ylabel=name); ax.plot(a)", PICTURE)], {"labels": True}, "passed", []),
        ([HEAD, code(BOTH, PICTURE)], {"curves": ("momentum",)}, "partial", ["curve-missing"]),
        (
            [HEAD, code("for n in h: plt.plot(h[n], label=n)", PICTURE)],
            {"curves": ("x",)},
            "manual",
            ["curves-unknown"],
        ),
        ([HEAD, code("sns.lineplot(data=df)", PICTURE)], {"labels": True}, "manual", ["labels-unknown"]),
        ([HEAD, code("draw_all(history)", PICTURE)], {"labels": True}, "manual", ["labels-unknown"]),
        ([HEAD, code("Image('loss.png')", PICTURE)], {"labels": True}, "manual", ["labels-unknown"]),
        ([HEAD, code(BOTH)], {}, "failed", ["no-figure"]),
        ([text("## 2c Accuracy"), code(BOTH, PICTURE)], {}, "failed", ["no-figure"]),
        ([HEAD, code(BOTH, shown(image_png=figure(20, 20)))], {}, "failed", ["no-figure"]),
        ([HEAD, code(BOTH, shown(image_png="AAAA"))], {}, "failed", ["no-figure"]),
        ([HEAD, code("x", shown(image_svg=DRAWING))], {"curves": ("epoch",)}, "passed", []),
        ([HEAD, text("![a](plots/a.png)")], {}, "manual", ["figures-elsewhere"]),
        (
            [HEAD, text("![a](plots/a.png)")],
            {"labels": True, "curves": ("train",)},
            "manual",
            ["figures-elsewhere"],
        ),
        ([HEAD, text("![a](https://x.org/a.png)")], {}, "failed", ["no-figure"]),
        ([HEAD, text("![a](attachment:a)", attachments={"a": {"image/png": figure()}})], {}, "passed", []),
        ([{**code(BOTH, PICTURE), "metadata": {"tags": ["loss-curves"]}}], {"labels": True}, "passed", []),
    ],
)
def test_a_figure_is_judged_by_what_is_known_of_it(
    cells: list[Cell], fields: dict[str, Any], status: str, codes: list[str]
) -> None:
    assert judged(cells, **fields)[::2] == (status, codes)


def test_a_plot_in_a_function_of_the_hand_in_is_followed() -> None:
    utils = b"def plot_curves(h):\n    _draw(h)\n    plt.xlabel('epoch')\ndef _draw(h):\n    plt.plot(h)\n"
    cells = [HEAD, code("plot_curves(h)\nplt.ylabel('loss')", PICTURE)]
    assert judged(cells, {"utils.py": utils}, labels=True)[0] == "passed"
    assert judged(cells, labels=True)[0] == "manual"


@pytest.mark.parametrize(
    ("source", "axes", "draws", "unknown"),
    [
        ("%matplotlib inline\nplt.plot(x)\nplt.ylabel('y')", {"y"}, True, False),
        ("df.plot(x='a', y='b')", set(), True, True),
        ("def f(): f()\nf()\nplt.scatter(x, y)", set(), True, False),
        ("plt.plot(", set(), False, True),
        ("print(1)", set(), False, False),
    ],
)
def test_the_code_of_a_plot_is_read(source: str, axes: set[str], draws: bool, unknown: bool) -> None:
    found = plot(source, definitions([source]))
    assert (found.axes, found.draws, found.unknown) == (axes, draws, unknown)


@pytest.mark.parametrize(
    ("cells", "template", "state", "said"),
    [
        ([text("# Discussion\nIt falls.")], "", "there", "It falls."),
        ([text("# Discussion"), text("It falls.\n## M\nA."), text("# B\n")], "", "there", "It falls.\n\n## M\nA."),
        ([text("## Problem 2 b) Discussion\nIt falls.")], "", "there", "It falls."),
        ([text("# Discussion\n"), text("# Next\nno")], "", "empty", ""),
        ([text("**2e) Discussion:**\nIt falls."), text("**2f)**\nno")], "", "there", "It falls."),
        ([text("# Discussion\nYour answer here.")], "", "template", "Your answer here."),
        ([text("# Discussion\nExplain **why** the loss falls.")], "Explain why the loss falls.", "template", None),
        ([text("# Something else\nIt falls.")], "", "missing", ""),
        ([text("# Discussion\n"), text("# Discussion\nIt falls.")], "", "there", "It falls."),
        ([{**text("It falls."), "metadata": {"tags": ["discussion"]}}], "", "there", "It falls."),
        ([text("# Discussion"), code(BOTH, PICTURE)], "", "there", ""),
        ([text("# Discussion"), code("x = 1")], "", "empty", ""),
    ],
)  # fmt: skip
def test_a_part_is_there_or_missing_or_empty_or_the_template(
    cells: list[Cell], template: str, state: str, said: str | None
) -> None:
    found = part({"hw.ipynb": notebook(cells)}, ["discussion"], template)
    assert found.state == state
    assert said is None or found.text == said


@pytest.mark.parametrize(
    ("cells", "told", "where"),
    [
        ([text("# XOR"), text("# Next")], "nothing is written below it", "hw.ipynb, below “XOR”"),
        ([text("# XOR\nYour proof here.")], "only the text of the template", "hw.ipynb, below “XOR”"),
        ([text("# Next\nyes")], "Nothing is written for 'xor' yet", ""),
    ],
)
def test_prose_tells_why_there_is_no_answer(cells: list[Cell], told: str, where: str) -> None:
    check = Prose(kind="prose", question="xor", empty=0, template="Your proof here.")
    verdict = check.judge(check.read({"hw.ipynb": notebook(cells)}), {}, Setting(1, {}, {}))
    assert verdict.fraction == 0
    assert told in verdict.findings[0].message
    assert verdict.findings[0].where == where


def test_a_marker_is_told_what_there_is_and_what_was_asked() -> None:
    check = Figure(kind="figure", question="loss-curves", count=2, labels=True, curves=("train|a",))
    seen = check.read({"hw.ipynb": notebook([HEAD, code(BOTH, PICTURE)])})
    assert check.shown(seen) == ("1 figure is there: hw.ipynb, cell 2", "hw.ipynb, below “2b Loss curves”")
    assert check.guide({}) == ("2 figures, names at both axes, a curve called train or a", ())
