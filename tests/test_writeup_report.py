"""A write-up as a page: what stands where, what a student's words may do to it, and the PDF's page map."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import writeup_samples as samples
from speed import within

from grader.report.markdown import rendered
from grader.report.maths import formula
from grader.report.pdf import Renderer
from grader.report.picture import mosaic
from grader.report.writeup import DOCUMENTS, html, pdf
from grader.writeup import explanations, plan, tables_and_curves
from grader.writeup.spec import Section

GOLDEN = Path(__file__).parent / "golden" / "writeup" / "everything.html"


def content(page: str) -> str:
    """The page without its style sheet, and without what other libraries draw: formulas and compressed pictures."""
    page = re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.DOTALL)
    page = re.sub(r'<svg [^>]*class="math"[^>]*>(<title>.*?</title>).*?</svg>', r"<svg>\1</svg>", page)
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "base64,", page)


def test_the_page_is_the_one_that_somebody_has_read() -> None:
    assert content(html(samples.sample())) == GOLDEN.read_text("utf-8")


@pytest.fixture(scope="module")
def printed() -> tuple[bytes, list[dict[str, object]]]:
    made, pages = pdf(samples.sample(), Renderer(*DOCUMENTS))
    return made, [dict(page) for page in pages]


def test_each_section_begins_on_the_page_that_the_page_map_names(
    printed: tuple[bytes, list[dict[str, object]]],
) -> None:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(printed[0])).pages
    assert [page["id"] for page in printed[1]] == ["rates", "norms", "best", "theory"]
    for page, after in zip(printed[1], [*printed[1][1:], {"first": len(pages) + 1}], strict=True):
        first = pages[int(str(page["first"])) - 1].extract_text()
        assert f"Section {printed[1].index(page) + 1} of 4" in first
        assert page["last"] == int(str(after["first"])) - 1


def test_equal_documents_give_equal_bytes(printed: tuple[bytes, list[dict[str, object]]]) -> None:
    assert pdf(samples.sample(), Renderer(*DOCUMENTS))[0] == printed[0]


def test_numbers_come_out_for_other_programs() -> None:
    spec = samples.writeup()
    planned = plan(spec, {"configs/best.yaml": b"rate: 0.5"}, preview=False)
    files = tables_and_curves(samples.sample(), spec, planned, samples.outcomes(planned))
    assert set(files) == {
        "results.json", "tables/rates.csv", "tables/best.csv", "curves/rates.csv", "curves/best.csv"
    }  # fmt: skip
    rows = list(csv.reader(io.StringIO(files["tables/rates.csv"])))
    assert rows[0] == ["η", "train", "test", "stopped"]
    assert rows[1] == ["1", "0.8704", "0.64", "3.0"]
    assert rows[2] == ["0.1", "", "", ""]
    curves = list(csv.DictReader(io.StringIO(files["curves/rates.csv"])))
    valid = [(row["rate"], row["place"], row["value"]) for row in curves if row["series"] == "valid accuracy"]
    assert valid[:3] == [("1", "1", "0.0"), ("1", "3", "0.4"), ("1", "5", "0.64")]
    told = json.loads(files["results.json"])
    assert told["experiments"]["rates"]["runs"][1]["failure"]["where"] == "models/net.py:12"
    assert told["experiments"]["best"]["runs"][0]["settings"] == {"rate": 0.5, "epochs": 5}


SECTIONS = [
    Section(id="learning-rate", title="Learning rates", headings=("lr", "learning rate")),
    Section(id="best", title="Best configuration", headings=("tuning",)),
    Section(id="loss", title="Loss curve", headings=("2b",)),
]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"report.md": "# Learning rate\nSlow."}, {"learning-rate": "Slow."}),
        ({"report.md": "## 1.2 Learning Rates:\nSlow.\n## Other\nNo."}, {"learning-rate": "Slow."}),
        ({"report.md": "# Tuning the learning rate\nSlow."}, {"learning-rate": "Slow."}),
        ({"report.md": "# Task 2b) Accuracy\nIt falls."}, {"loss": "It falls."}),
        ({"report.md": "# Report\nHello.\n## LR\nA\n### Detail\nB\n## Tuning\nC"},
         {"learning-rate": "A\n### Detail\nB", "best": "C"}),
        ({"answers/lr.md": "All of it.", "README.md": "# How to run\nmain.py"}, {"learning-rate": "All of it."}),
        ({"a.md": "# LR\nOne.", "b.md": "# LR\nTwo."}, {"learning-rate": "One.\n\nTwo."}),
        ({"report.md": "**Learning rate:**\n\nSlow **indeed**.\n\n**a remark**\n\n__Tuning__\nC"},
         {"learning-rate": "Slow **indeed**.", "best": "C"}),
        ({"report.md": "Learning rate\n====\nSlow.\n\nOther\n===\nNo."}, {"learning-rate": "Slow."}),
        ({"report.md": "# LR\n| a |\n|---|\n| 1 |\n\n---\nB"}, {"learning-rate": "| a |\n|---|\n| 1 |\n\n---\nB"}),
        ({"report.md": "```\n# LR\n```\nnothing"}, {}),
        ({"report.md": "# LR\n\n\n# Tuning\n"}, {}),
        ({"main.py": "# LR\nx = 1"}, {}),
        ({"report.md": ""}, {}),
    ],
)  # fmt: skip
def test_an_explanation_is_what_stands_under_its_heading(files: dict[str, str], found: dict[str, str]) -> None:
    told = explanations(SECTIONS, {name: text.encode() for name, text in files.items()})
    assert {id_: each.text for id_, each in told.items()} == found


def test_an_explanation_is_found_in_a_notebook_of_any_age() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Learning rate\n", "Slow"]},
        {"cell_type": "code", "metadata": {}, "source": "# Tuning", "outputs": [], "execution_count": None},
        {"cell_type": "markdown", "metadata": {}, "source": "and steady."},
    ]
    new = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [cells[0]]}]}
    for notebook, text in ((new, "Slow\n\nand steady."), (old, "Slow")):
        told = explanations(SECTIONS, {"hw.ipynb": json.dumps(notebook).encode()})
        assert told["learning-rate"].text == text
    for broken in (b"", b"{", b"[]", b'{"cells": 3}', b'{"nbformat": 4, "cells": [1]}'):
        assert explanations(SECTIONS, {"hw.ipynb": broken}) == {}


@pytest.mark.parametrize(
    ("source", "there", "not_there"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;", "<script"),
        ("[x](javascript:alert(1))", "[x](javascript", "<a"),
        ("[x](https://example.org)", '<a href="https://example.org">x</a>', "rel="),
        ("![the net](net.png)", "[picture: the net]", "<img"),
        ("![the net](file:///etc/passwd)", "![the net]", "<img"),
        ("# Big", "<h4>Big</h4>", "<h1"),
        ("$x^2$", '<svg xmlns="http://www.w3.org/2000/svg" class="math"', "$"),
        ("$\\frac{1}{$", '<code class="unset-math">\\frac{1}{</code>', "<svg"),
        ("cost 3$ and 4$ each", "3$ and 4$", "<svg"),
        ("\ue0000\ue000 and $x$", "\\ue0000\\ue000", "\ue000"),
        ("a\u202eb", "a\\u202eb", "\u202e"),
    ],
)
def test_a_students_words_are_set_and_do_nothing_else(source: str, there: str, not_there: str) -> None:
    made = str(rendered(source))
    assert there in made
    assert not_there not in made


@pytest.mark.parametrize(
    "source",
    [
        "> " * 3000 + "x",
        "- " * 3000 + "x",
        "*a " * 20_000,
        "|" * 5000 + "\n" + "|-" * 5000 + "\n" + "|" * 5000,
        "[" * 20_000,
        "`" * 20_000,
        "a\n\n" * 30_000,
        "$x$ " * 9_000,
        "$" + "\\frac{1}{" * 2000 + "$",
        "$" + "\\begin{matrix}" * 300 + "$",
        "$$" + "x" * 30_000 + "$$",
        "<b>" * 20_000,
    ],
    ids=lambda source: source[:12].strip(),
)
def test_words_that_are_too_much_cost_little_time(source: str) -> None:
    with within(5):
        made = str(rendered(source))
    assert len(made) < 4_000_000
    assert made.count("<li>") + made.count("<blockquote>") < 60


def test_a_formula_that_is_too_large_is_shown_as_it_was_written() -> None:
    assert str(formula("\\frac{1}{2}")).startswith("<svg")
    assert str(formula("\\ln\\left(\\sum_k e^{z_k}\\right)", display=True)).startswith("<svg")
    for large in ("x" * 2000, "{" * 200 + "}" * 200, "+".join("x" * 300)):
        assert str(formula(large)).startswith('<code class="unset-math">')


def test_pictures_are_png_files_whatever_the_values_are() -> None:
    for values in (np.zeros((1, 1, 1)), np.full((3, 4, 5), np.nan), np.array([[[np.inf, -1e308], [1e308, 0]]])):
        made = mosaic(values, 10)
        assert made.startswith(b"\x89PNG")
        assert len(made) < 1000


if __name__ == "__main__":  # renews the golden page; read what changed before committing it
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(content(html(samples.sample())), "utf-8")
