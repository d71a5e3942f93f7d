"""The student's own words and figures, beside the criteria of their section."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner
from notebook_samples import DRAWING, EXAMPLES, HOSTILE_TEXT, code, figure, notebook, shown, text
from report_samples import failing

from grader.cli import commands
from grader.model import Own
from grader.paths import data_folder
from grader.report import html
from grader.rubric import Rubric, load_rubric
from grader.writeup.figures import Figures
from grader.writeup.own import from_json, own_at, own_words, to_json

COURSE = "gatech-cs7643-a1-report"


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric(data_folder("rubrics") / COURSE / "rubric.yaml")


def states(own: dict[str, Own]) -> list[str]:
    return [own[id_].state for id_ in ("loss-curves", "accuracy-curves", "discussion")]


@pytest.mark.parametrize(
    ("hand_in", "wanted"),
    [
        ("hand-in-01", ["there", "there", "there"]),
        ("hand-in-02", ["there", "there", "template"]),
        ("hand-in-03", ["empty", "there", "missing"]),
    ],
)
def test_each_section_has_what_was_written_for_it(hand_in: str, wanted: list[str], rubric: Rubric) -> None:
    assert states(own_at(rubric, EXAMPLES / COURSE / hand_in)) == wanted


def test_words_and_figures_come_back_as_they_were_kept(rubric: Rubric) -> None:
    own = own_at(rubric, EXAMPLES / COURSE / "hand-in-01")
    assert len(own["loss-curves"].pictures) == 1
    assert from_json(to_json(own)) == own


CELLS = [
    text("# Loss curves\n" + HOSTILE_TEXT),
    code("plot()", shown(image_svg=DRAWING), shown(image_png=figure()), shown(image_png="broken")),
    text("![mine](plots/a.png) ![](attachment:b)", attachments={"b": {"image/png": figure(30, 40)}}),
]


def test_a_page_shows_pictures_of_the_hand_in_and_nothing_harmful(rubric: Rubric) -> None:
    result = failing()
    figures = Figures({"plots/a.png": base64.b64decode(figure(50, 60))}, ("plots/a.png",))
    own = own_words(rubric, {"hw.ipynb": notebook(CELLS)}, figures)
    page = html(result, own={result.sections[0].id: own["loss-curves"]})
    assert page.count('<img src="data:image/png;base64,') == 3
    assert page.count('<img src="data:image/svg+xml;base64,') == 1
    assert "img-src data:" in page
    assert "<script" not in page
    assert "javascript:alert" not in page.replace("[click](javascript:alert(1))", "")


def test_a_page_without_own_words_is_what_it_was() -> None:
    page = html(failing())
    assert "What you wrote" not in page
    assert "img-src" not in page


@pytest.mark.slow
def test_a_class_judged_again_keeps_the_words_in_its_reports(tmp_path: Path) -> None:
    hand_ins, out = tmp_path / "in", tmp_path / "out"
    (hand_ins / "anna").mkdir(parents=True)
    (hand_ins / "anna" / "hw.ipynb").write_bytes(notebook([text("# Discussion\nA rate of 0.1 it is.")]))
    rubric_file = data_folder("rubrics") / COURSE / "rubric.yaml"
    shared = ["--rubric", str(rubric_file)]
    run = CliRunner()
    graded = run.invoke(
        commands, ["grade", str(hand_ins / "anna"), "-o", str(out), "--format", "html,json", "--seed", "1", *shared]
    )
    assert graded.exit_code == 0, graded.output
    page = (out / "anna" / "report.html").read_text("utf-8")
    assert "A rate of 0.1 it is." in page
    (hand_ins / "anna" / "hw.ipynb").unlink()
    easier = tmp_path / "easier.yaml"
    told = rubric_file.read_text("utf-8").replace("points: 4", "points: 5")
    easier.write_text(told.replace("../gatech-cs7643-a1", str(rubric_file.parents[1] / "gatech-cs7643-a1")), "utf-8")
    again = run.invoke(commands, ["rejudge", str(out), "--rubric", str(easier), "--yes"])
    assert again.exit_code == 0, again.output
    after = (out / "anna" / "report.html").read_text("utf-8")
    assert after != page
    assert "A rate of 0.1 it is." in after
