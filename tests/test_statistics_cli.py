"""`grader stats`, and the same at the end of `grader grade`."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import report_samples as samples
from click.testing import CliRunner
from click.testing import Result as Ended

from grader.cli import commands
from grader.cli.handins import TAKEN, find
from grader.exports.json import to_json


def grader(*arguments: object) -> Ended:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """What a run leaves: three hand-ins with a result, and two without."""
    folder = tmp_path / "results"
    for id_, result in {"a": samples.failing(), "b": samples.undecided(), "c": samples.right()}.items():
        (folder / id_).mkdir(parents=True)
        (folder / id_ / "result.json").write_text(
            to_json(replace(result, submission={**result.submission, "id": id_})), "utf-8"
        )
    (folder / "a" / "report.html").touch()
    told = {"hand_ins": [{"id": "a"}, {"id": "d", "problem": "It is empty.", "seconds": 0.2}], "open": ["e"]}
    (folder / "run.json").write_text(json.dumps(told), "utf-8")
    return folder


def rows(out: Path) -> list[list[object]]:
    """Those that the page shows."""
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', (out / "index.html").read_text())
    assert data
    found: list[list[object]] = json.loads(data[1])["rows"]
    return found


def test_the_class_is_written_with_those_that_came_to_no_result(out: Path) -> None:
    ended = grader("stats", out, "--format", "html,csv")
    assert ended.exit_code == 0, ended.output
    assert "index.html, class.csv, criteria.csv, mistakes.csv" in ended.output
    assert [row[0] for row in rows(out)] == ["a", "b", "c", "d", "e"]
    assert [row[-1] for row in rows(out)] == [["a/report.html"], [], [], [], []]
    assert "It is empty." in (out / "class.csv").read_text("utf-8")


def test_marks_of_people_count(out: Path) -> None:
    before = rows_after(out)
    pytest.importorskip("sqlalchemy", reason="there is no gradebook without SQLAlchemy")
    from grader.gradebook import FILE, Attempt, Given, open_book

    book = open_book(out / FILE)
    try:
        for id_ in ("a", "b", "c"):
            book.record(Attempt("sample", id_, (out / id_ / "result.json").read_text("utf-8")))
        manual = [c.id for s in samples.undecided().sections for c in s.criteria if c.verdict == "manual"]
        book.mark("sample", [Given("b", manual[0], 7.5)])
    finally:
        book.close()
    after = rows_after(out)
    assert float(str(after["b"][2])) == float(str(before["b"][2])) + 7.5


def rows_after(out: Path) -> dict[object, list[object]]:
    assert grader("stats", out, "--format", "html").exit_code == 0
    return {row[0]: row for row in rows(out)}


def test_a_folder_without_results_is_wrong_input(tmp_path: Path) -> None:
    ended = grader("stats", tmp_path)
    assert ended.exit_code == 2
    assert "no results here" in ended.output


def test_an_unknown_format_is_wrong_input(out: Path) -> None:
    ended = grader("stats", out, "--format", "docx")
    assert ended.exit_code == 2
    assert "'docx' is not one of html, pdf, csv, parquet" in ended.output


def test_no_hand_in_takes_the_place_of_a_file_of_the_class(tmp_path: Path) -> None:
    for name in ("index.html", "class.pdf", "Run.json", "anna"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "main.py").write_text("x = 1\n")
    found, _ = find([tmp_path / "in"], tmp_path / "out")
    assert len(found) == 4
    assert not {each.id.casefold() for each in found} & TAKEN


def test_a_class_on_paper_is_a_pdf_that_names_whom_to_look_at(out: Path) -> None:
    pytest.importorskip("weasyprint", reason="WeasyPrint or Pango is not installed", exc_type=Exception)
    from io import BytesIO

    from pypdf import PdfReader

    ended = grader("stats", out, "--format", "pdf")
    assert ended.exit_code == 0, ended.output
    pages = [page.extract_text() for page in PdfReader(BytesIO((out / "class.pdf").read_bytes())).pages]
    told = " ".join(" ".join(pages).split())
    assert "To look at" in told
    assert "It is empty." in told
    assert "1 could not be graded; 1 to mark" in told
