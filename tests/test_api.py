"""The Python API: what the command line does, by functions with stable names."""

from __future__ import annotations

import json
import re
import shutil
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import review_samples
from click.testing import CliRunner

import grader
from grader.cli import commands
from grader.paths import data_folder

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "reference" / "python-api.md").read_text("utf-8")


@pytest.fixture
def slips(examples: Path) -> Path:
    """A hand-in whose softmax is wrong."""
    return examples / "hand-in-05"


@pytest.fixture(scope="module")
def result(examples: Path, quick: Path) -> grader.Result:
    return grader.check(examples / "hand-in-05", quick)


def test_check_gives_what_the_command_of_that_name_prints(slips: Path, quick: Path) -> None:
    printed = CliRunner().invoke(commands, ["check", str(slips), "--rubric", str(quick), "--json"]).stdout
    mine = grader.check(slips, quick)
    assert replace(grader.from_json(printed), timings={}) == replace(mine, timings={})
    assert mine.score.maximum == 60  # the public criterion alone


def test_a_grader_judges_what_it_saw_as_often_as_one_likes(slips: Path, quick: Path) -> None:
    with grader.Grader(quick, seed=3) as course:
        seen = course.observe(slips)
        first, second = course.judge(seen), course.judge(seen)
        assert first == second == replace(course.grade(slips), timings=first.timings)
    assert first.score.maximum == 100
    assert replace(grader.grade(slips, quick, seed=3), timings=first.timings) == first


def test_what_was_seen_by_another_rubric_is_not_judged(slips: Path, quick: Path) -> None:
    public = grader.load_rubric(quick).only("public")
    with grader.Grader(public, seed=3) as some, grader.Grader(quick, seed=3) as all_of_it:
        seen = some.observe(slips)
        with pytest.raises(grader.GraderError, match="the criteria relu cannot be judged"):
            all_of_it.judge(seen)


def test_a_sandbox_that_does_not_hold_hostile_code_has_to_be_asked_for(slips: Path, quick: Path) -> None:
    with pytest.raises(grader.GraderError, match="trust_submissions=True"):
        grader.grade(slips, quick, sandbox="process")
    trusting = grader.grade(slips, quick, sandbox="process", trust_submissions=True)
    assert trusting.environment["sandbox"] == "process"


def test_a_student_is_called_by_name_and_gives_arrays_of_ones_own(slips: Path, quick: Path) -> None:
    with grader.open_student(slips, quick) as student:
        first, second = student.relu(np.array([-1.0, 2.0])), student.call("relu", np.array([-1.0, 2.0]))
        first += 1
        assert second.tolist() == [0, 2]
        with pytest.raises(grader.StudentError, match="no method 'gelu'"):
            student.gelu(first)
        with pytest.raises(AttributeError):
            _ = student._session


@pytest.mark.slow
def test_a_class_is_graded_as_by_the_command(slips: Path, quick: Path, tmp_path: Path) -> None:
    results = grader.grade_class([slips], tmp_path / "out", quick, seed=3, formats=["html"])
    assert list(results) == ["hand-in-05"]
    assert (tmp_path / "out" / "hand-in-05" / "report.html").is_file()
    assert grader.read_results(tmp_path / "out") == results
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["arguments"][0] == "grade"


def test_a_command_that_cannot_do_it_raises_what_it_would_print(tmp_path: Path) -> None:
    with pytest.raises(grader.GraderError, match=r"^Invalid value for 'OUT': Directory .* does not exist"):
        grader.run("export", tmp_path / "none", "--to", "csv")
    with pytest.raises(grader.GraderError, match="no results here"):
        grader.run("export", tmp_path, "--to", "csv")


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("a.html", b"<!DOCTYPE html>"),
        ("a.json", b"{"),
        pytest.param("a.pdf", b"%PDF", marks=pytest.mark.slow),
    ],
)
def test_a_report_is_written_as_its_name_ends(
    slips: Path, quick: Path, tmp_path: Path, name: str, begins: bytes
) -> None:
    grader.write_report(grader.check(slips, quick), tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_report_shows_the_students_own_words_and_figures_where_the_hand_in_is_named(tmp_path: Path) -> None:
    hand_in = data_folder("submissions_example") / "gatech-cs7643-a1-report" / "hand-in-01"
    result = grader.grade(hand_in, "gatech-cs7643-a1-report", seed=7)
    sizes = []
    for number, named in enumerate((None, hand_in)):
        grader.write_report(result, tmp_path / f"{number}.html", hand_in=named)
        sizes.append((tmp_path / f"{number}.html").read_text("utf-8").count("<img"))
    assert sizes == [0, 2]
    with pytest.raises(grader.GraderError, match="not what was graded"):
        grader.write_report(result, tmp_path / "a.html", hand_in=hand_in.parent / "hand-in-02")


def test_a_report_of_another_kind_is_refused(result: grader.Result, tmp_path: Path) -> None:
    with pytest.raises(grader.GraderError, match=r"has to end in \.pdf, \.html, \.json"):
        grader.write_report(result, tmp_path / "a.docx")


def test_the_page_has_every_public_name_and_no_other() -> None:
    table = PAGE.split("## Names")[1]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \|", table, re.M)))) == set(grader.__all__)


def test_an_export_that_needs_a_file_says_so(tmp_path: Path, result: grader.Result) -> None:
    (tmp_path / "hand-in-05").mkdir()
    grader.write_report(result, tmp_path / "hand-in-05" / "result.json")
    with pytest.raises(grader.GraderError, match="Name the file"):
        grader.export_results(tmp_path, "csv").write()
    one = grader.export_results(tmp_path / "hand-in-05", "junit")
    assert one.single
    one.write(tmp_path / "one.xml")
    one.write()
    assert (tmp_path / "one.xml").read_text() == (tmp_path / "hand-in-05" / "junit.xml").read_text() == one.single


def test_a_single_text_of_a_whole_class_cannot_be_printed(tmp_path: Path, result: grader.Result) -> None:
    (tmp_path / "hand-in-05").mkdir()
    grader.write_report(result, tmp_path / "hand-in-05" / "result.json")
    ended = CliRunner().invoke(commands, ["export", str(tmp_path), "--to", "junit", "-o", "-"])
    assert ended.exit_code == 2
    assert "name the folder of one" in ended.stderr


@pytest.mark.slow
def test_a_class_is_found_and_graded_as_its_platform_gives_it(slips: Path, quick: Path, tmp_path: Path) -> None:
    shutil.copytree(slips, tmp_path / "class" / "hand-in-05")
    shutil.copytree(slips, tmp_path / "class" / "hand-in-06")
    assert [each.id for each in grader.hand_ins_in(tmp_path / "class")] == ["hand-in-05", "hand-in-06"]
    results = grader.grade_batch(
        tmp_path / "class", tmp_path / "out", quick, seed=3, formats=["json"], jobs=1, only=["*-06"]
    )
    assert {name: each.score.maximum for name, each in results.items()} == {"hand-in-06": 100}
    assert (tmp_path / "out" / "roster.csv").is_file()


def test_the_kit_for_gradescope_is_the_commands(quick: Path, tmp_path: Path) -> None:
    grader.gradescope_kit(quick, seed=3, extras=["torch"]).write(tmp_path / "mine.zip")
    typed = ["kit", "gradescope", "--rubric", str(quick), "--seed", "3", "--extra", "torch"]
    CliRunner().invoke(commands, [*typed, "-o", str(tmp_path / "typed.zip")], catch_exceptions=False)
    assert (tmp_path / "mine.zip").read_bytes() == (tmp_path / "typed.zip").read_bytes()


def test_a_starter_says_what_is_left_out_of_it_and_can_go_to_students(quick: Path, tmp_path: Path) -> None:
    kit = grader.starter_kit(quick)
    assert kit.left_out == {"relu": "hidden"}
    kit.write(tmp_path / "students")
    assert grader.kit_problems(tmp_path / "students", quick) == []
    shutil.copytree(grader.load_rubric(quick).reference, tmp_path / "students", dirs_exist_ok=True)
    assert "of the solution's lines" in "".join(grader.kit_problems(tmp_path / "students", quick))


@pytest.mark.parametrize(
    ("platform", "runs"), [("github", ".github/workflows/grade.yml"), ("gitlab", ".gitlab-ci.yml")]
)
def test_the_ci_of_a_repository_has_no_reference(quick: Path, platform: Literal["github", "gitlab"], runs: str) -> None:
    files = grader.repository_kit(quick, platform).files
    assert {runs, ".grader/rubric.yaml", ".grader/driver/__init__.py"} <= set(files)
    assert not [name for name in files if name.startswith(".grader/reference/") and name.endswith(".py")]


def test_what_two_hand_ins_have_in_common_is_written_as_the_name_ends(examples: Path, tmp_path: Path) -> None:
    for name in ("hand-in-05", "hand-in-07"):
        shutil.copytree(examples / name, tmp_path / "class" / name)
    compared = grader.compare_class(tmp_path / "class")
    assert [(pair.first, pair.second) for pair in compared.comparison.ranked] == [("hand-in-05", "hand-in-07")]
    compared.write(tmp_path / "similar.json")
    assert json.loads((tmp_path / "similar.json").read_text("utf-8"))["pairs_compared"] == 1
    with pytest.raises(grader.GraderError, match=r"has to end in \.html, \.csv, \.json"):
        compared.write(tmp_path / "similar.pdf")


def test_the_markers_page_answers_while_the_block_lasts(tmp_path: Path) -> None:
    with grader.open_review(review_samples.made(tmp_path, 2)) as page:
        with urllib.request.urlopen(page.link(), timeout=60) as answer:
            assert b"<form" in answer.read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(page.address, timeout=60)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(page.address, timeout=60)


def test_the_doctor_says_of_each_sandbox_whether_it_works() -> None:
    health = grader.doctor()
    assert health.can_grade
    assert {"sandbox process", "numpy", "PDF", "course physics-ps5"} <= {sign.name for sign in health.signs}
