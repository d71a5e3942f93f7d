"""`grader writeup`, from a hand-in to the files that come out; what was done is not done again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SPEC = """
title: A short write-up
settings: {model: two-layer, hidden: 8, batch_size: 32, learning_rate: 0.1, reg: 0.001, epochs: 1, seed: 0}
best_by: valid accuracy
values: {test: {series: test accuracy, at: best}}
experiments:
  rates: {title: Rates, sweep: {learning_rate: [1, 0.1]}}
sections:
  - id: rates
    title: Rates
    show:
      - table: {experiments: [rates], columns: [learning_rate, test]}
      - curves: {experiment: rates}
"""
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def course(tmp_path: Path, quick: Path) -> Path:
    """A rubric with a short write-up beside it."""
    folder = tmp_path / "course"
    folder.mkdir()
    shutil.copy(quick, folder / "rubric.yaml")
    (folder / "writeup.yaml").write_text(SPEC, "utf-8")
    return folder / "rubric.yaml"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "GRADER_CACHE": str(tmp_path / "cache"), "NO_COLOR": "1"}


@pytest.fixture
def command(environment: dict[str, str], tmp_path: Path) -> Command:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "grader", "writeup", *map(str, arguments)]
        return subprocess.run(line, capture_output=True, text=True, env=environment, cwd=tmp_path)

    return run


def test_a_report_and_its_numbers_come_out_and_what_is_done_is_not_done_again(
    command: Command, course: Path, examples: Path, tmp_path: Path
) -> None:
    hand_in = tmp_path / "hand-in"
    shutil.copytree(examples / "hand-in-01", hand_in)
    first = command(hand_in, "--rubric", course, "-o", "out/report.html")
    assert (first.returncode, first.stderr) == (0, "")
    assert "\x1b" not in first.stdout
    data = tmp_path / "out" / "report-data"
    assert sorted(path.relative_to(data).as_posix() for path in data.rglob("*.*")) == [
        "curves/rates.csv",
        "results.json",
        "tables/rates.csv",
    ]
    before = (tmp_path / "out/report.html").read_text("utf-8"), json.loads((data / "results.json").read_text("utf-8"))
    (hand_in / "report.md").write_text("# Rates\nOther words.", "utf-8")
    second = command(hand_in, "--rubric", course, "-o", "out/report.html")
    assert "2 runs" in second.stdout
    assert "2 of them done before" in second.stdout
    assert "Other words." in (tmp_path / "out/report.html").read_text("utf-8")
    assert json.loads((data / "results.json").read_text("utf-8")) == before[1]
    again = command(hand_in, "--rubric", course, "-o", "out/report.html", "--fresh", "--jobs", 1)
    assert "done before" not in again.stdout


@pytest.mark.parametrize(
    ("hand_in", "code", "said"),
    [
        ("hand-in-09", 1, "syntax error"),
        ("hand-in-12", 1, "failed"),
    ],
)
def test_a_run_that_fails_is_told_in_its_place(
    command: Command, course: Path, examples: Path, tmp_path: Path, hand_in: str, code: int, said: str
) -> None:
    done = command(examples / hand_in, "--rubric", course, "-o", "report.html")
    assert done.returncode == code, done.stdout + done.stderr
    assert said.replace(" ", "").casefold() in done.stdout.replace(" ", "").casefold()
    assert 'class="finding error"' in (tmp_path / "report.html").read_text("utf-8")


def test_a_course_without_a_write_up_says_so(command: Command, quick: Path, examples: Path) -> None:
    done = command(examples / "hand-in-01", "--rubric", quick)
    assert done.returncode == 2
    assert "there is no writeup.yaml beside its rubric" in done.stderr


def test_a_write_up_that_was_stopped_goes_on(
    command: Command, course: Path, examples: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    spec = SPEC.replace("[1, 0.1]", "[1, 0.1, 0.2, 0.3, 0.4, 0.5]").replace("epochs: 1,", "epochs: 20,")
    (course.parent / "writeup.yaml").write_text(spec, "utf-8")
    line = [sys.executable, "-m", "grader", "writeup", str(examples / "hand-in-01"), "--rubric", str(course)]
    with subprocess.Popen(
        [*line, "--jobs", "1", "-o", "report.html"], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as stopped:
        assert stopped.stdout is not None
        for said in stopped.stdout:
            if said.startswith("learning_rate"):
                break
        stopped.send_signal(signal.SIGINT)
        started = time.monotonic()
        stopped.stdout.read()
        assert stopped.wait(120) == 130
    assert time.monotonic() - started < 60  # it does not wait for the runs under way
    kept = len(list((tmp_path / "cache" / "experiments").iterdir()))
    assert 1 <= kept < 6
    done = command(examples / "hand-in-01", "--rubric", course, "-o", "report.html")
    assert f"{kept} of them done before" in done.stdout


@pytest.mark.slow
def test_the_first_course_has_its_preview_in_time(command: Command, examples: Path, tmp_path: Path) -> None:
    before = os.times()
    done = command(examples / "hand-in-01", "--quick", "-o", "report.pdf")
    after = os.times()
    assert done.returncode == 0, done.stderr
    used = after.children_user + after.children_system - before.children_user - before.children_system
    assert used < 60  # seconds of a processor, of which there are mostly two
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    pages = json.loads((tmp_path / "report-data" / "pages.json").read_text("utf-8"))["sections"]
    assert [page["id"] for page in pages] == ["learning-rate", "regularization", "best"]
    assert "No explanation" not in done.stdout


@pytest.mark.slow
def test_the_course_s_own_configuration_gives_the_published_accuracy(examples: Path, root: Path) -> None:
    if not Path(os.environ.get("GRADER_MNIST", "/nowhere")).is_dir():
        pytest.skip("GRADER_MNIST does not name a folder with MNIST")
    from grader.data import load
    from grader.driver import read_driver
    from grader.experiments import Bench
    from grader.intake import take
    from grader.sandbox import choose
    from grader.writeup import load_writeup, repeat, splits

    course = root / "rubrics" / "gatech-cs7643-a1"
    spec = load_writeup(course / "writeup.yaml")
    rows = splits(spec.data, load("mnist", Path(os.environ["GRADER_MNIST"])))
    driver = read_driver(course / "driver")
    bench = Bench(take(examples / "hand-in-01").files, driver, rows, choose(), spec.best_by, 600)
    (row,) = repeat([{}], [0], spec, bench, 1)
    assert row.problems == ()
    assert row.mean("test") == pytest.approx(0.9248, abs=0.003)
    assert row.mean("train") == pytest.approx(0.9213, abs=0.002)
