"""The command line: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from grader.cli import commands
from grader.cli.exits import exit_code
from grader.cli.handins import expand, find
from grader.cli.terminal import console, section
from grader.model import CriterionResult, Finding, Score, SectionResult

COURSE = "gatech-cs7643-a1"


def grader(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(commands, [str(each) for each in arguments], env=environment)


@pytest.fixture
def right(examples: Path) -> Path:
    return examples / "hand-in-01"


@pytest.fixture(scope="module")
def graded(examples: Path, quick: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A right hand-in, one with a wrong softmax and a broken zip, graded once for several tests."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "broken.zip").write_bytes(b"no archive")
    paths = [examples / "hand-in-01", examples / "hand-in-05", folder / "broken.zip"]
    out = folder / "out"
    return out, grader("grade", *paths, "-o", out, "--seed", 7, "--jobs", 2, "--rubric", quick)


def test_check_finds_the_course_and_gives_a_right_hand_in_all_points(
    right: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(right)
    ended = grader("check")
    assert ended.exit_code == 0
    assert f"({COURSE})" in ended.stdout
    assert " criteria passed." in ended.stdout
    assert "Fix first" not in ended.stdout


def test_a_sandbox_that_does_not_hold_hostile_code_is_refused_for_other_peoples_unless_asked_for(
    right: Path, quick: Path, tmp_path: Path
) -> None:
    asked = ("grade", right, "-o", tmp_path / "out", "--rubric", quick, "--sandbox", "process", "--format", "json")
    refused = grader(*asked)
    assert refused.exit_code == 2
    assert "--trust-submissions" in refused.stderr
    assert not (tmp_path / "out").exists()
    assert grader(*asked, "--trust-submissions").exit_code == 0


def test_check_says_what_to_fix_first(examples: Path, quick: Path) -> None:
    ended = grader("check", examples / "hand-in-05", "--rubric", quick, "--fail-under", 80)
    assert ended.exit_code == 1
    assert "✗ failed" in ended.stdout
    assert "Fix first\n  1. Softmax turns scores into probabilities (60 points)" in ended.stdout


def test_check_sees_public_criteria_only(right: Path, quick: Path) -> None:
    told = json.loads(grader("check", right, "--rubric", quick, "--json").stdout)
    assert told["score"] == {"given": 60.0, "maximum": 60.0}
    assert [c["id"] for section in told["sections"] for c in section["criteria"]] == ["softmax"]


def test_check_is_quiet_when_asked(right: Path, quick: Path) -> None:
    assert grader("check", right, "--rubric", quick, "--quiet").stdout == "60 of 60\n"


def test_check_writes_a_report(right: Path, quick: Path, tmp_path: Path) -> None:
    assert grader("check", right, "--rubric", quick, "--report", tmp_path / "feedback.html").exit_code == 0
    assert "Softmax turns scores into probabilities" in (tmp_path / "feedback.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "nowhere"], "does not exist"),
        (["check", "empty"], "no file in it to grade"),
        (["check", "foreign"], "fits none of the courses"),
        (["check", "foreign", "--rubric", "gatech-cs7643-a2"], "did you mean 'gatech-cs7643-a1'"),
        (["check", "foreign", "--sandbox", "wish"], "There is no sandbox 'wish'"),
        (["check", "foreign", "--report", "x.doc"], "has to end in .pdf or .html"),
        (["grade", "foreign"], "Missing option '-o'"),
        (["grade", "foreign", "-o", "out"], "fits none of the courses"),
        (["grade", "foreign", "-o", "out", "--format", "xml"], "'xml' is not one of json, html, pdf"),
        (["grade", "foreign", "-o", "out", "--rubric", COURSE, "--data", "mnist"], "a path is missing"),
        (["grade", "foreign", "-o", "out", "--rubric", COURSE, "--continue"], "no run to continue"),
        (["frobnicate"], "No such command"),
    ],
)
def test_wrong_input_is_told_in_one_message(
    arguments: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "poem.py").write_text("print('hello')\n")
    monkeypatch.chdir(tmp_path)
    ended = grader(*arguments)
    assert ended.exit_code == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.output


def test_names_in_paths_cannot_steer_the_terminal(tmp_path: Path) -> None:
    hostile = tmp_path / "a\x1b]0;owned\x07\u202eb"
    hostile.mkdir()
    ended = grader("check", hostile)
    assert "\x1b" not in ended.output
    assert "\u202e" not in ended.output


def test_a_run_leaves_a_result_and_reports_for_each_hand_in(graded: tuple[Path, Result]) -> None:
    out, _ = graded
    for name in ("hand-in-01", "hand-in-05"):
        assert {path.name for path in (out / name).iterdir()} == {"result.json", "report.html", "report.pdf"}
        assert (out / name / "report.pdf").read_bytes().startswith(b"%PDF-")
    kept = {"run.json", "summary.csv", "gradebook.db", ".observed"}
    kept |= {"index.html", "class.pdf", "class.csv", "criteria.csv", "mistakes.csv"}
    assert {path.name for path in out.iterdir()} == {"hand-in-01", "hand-in-05", *kept}


def test_one_bad_hand_in_stops_no_other(graded: tuple[Path, Result]) -> None:
    _, ended = graded
    assert ended.exit_code == 3
    assert "broken  not graded: " in ended.stdout
    assert "hand-in-01  100/100" in ended.stdout


def test_the_seed_is_kept_in_run_json_only(graded: tuple[Path, Result]) -> None:
    out, _ = graded
    assert json.loads((out / "run.json").read_text())["seed"] == 7
    assert "seed" not in (out / "hand-in-01" / "result.json").read_text()
    assert (out / "run.json").stat().st_mode & 0o077 == 0


def test_the_summary_has_a_row_for_each_hand_in(graded: tuple[Path, Result]) -> None:
    rows = list(csv.DictReader((graded[0] / "summary.csv").read_text().splitlines()))
    assert [row["hand_in"] for row in rows] == ["hand-in-01", "hand-in-05", "broken"]
    assert [row["status"] for row in rows] == ["graded", "graded", "not graded"]
    assert rows[0]["percent"] == "100.0"


def test_results_are_the_same_for_any_number_of_processes(
    graded: tuple[Path, Result], examples: Path, quick: Path, tmp_path: Path
) -> None:
    paths = [examples / "hand-in-01", examples / "hand-in-05"]
    grader("grade", *paths, "-o", tmp_path, "--seed", 7, "--jobs", 1, "--rubric", quick)
    for name in ("hand-in-01", "hand-in-05"):
        assert _without_timings(tmp_path / name) == _without_timings(graded[0] / name)
        assert (tmp_path / name / "report.pdf").read_bytes() == (graded[0] / name / "report.pdf").read_bytes()
    assert "broken" not in (tmp_path / "summary.csv").read_text()


def test_a_run_goes_on_where_it_was_stopped(
    graded: tuple[Path, Result], examples: Path, quick: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(graded[0], tmp_path / "out")
    shutil.rmtree(out / "hand-in-05")
    before = (out / "hand-in-01" / "report.pdf").stat().st_mtime_ns
    paths = [examples / "hand-in-01", examples / "hand-in-05"]
    ended = grader("grade", *paths, "-o", out, "--rubric", quick, "--continue", "--format", "json", "--json")
    assert [each["status"] for each in json.loads(ended.stdout)["hand_ins"]] == ["graded", "graded"]
    assert (out / "hand-in-01" / "report.pdf").stat().st_mtime_ns == before
    assert _without_timings(out / "hand-in-05") == _without_timings(graded[0] / "hand-in-05")


@pytest.mark.skipif(shutil.which("ps") is None, reason="looks at processes with ps")
def test_an_interrupt_leaves_whole_results_and_no_process(examples: Path, quick: Path, tmp_path: Path) -> None:
    options = ["-o", tmp_path / "out", "--jobs", "2", "--rubric", quick]
    command = [sys.executable, "-m", "grader", "grade", examples, *options]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert run.stdout is not None
    while " 100/100 " not in run.stdout.readline():
        assert run.poll() is None
    os.kill(run.pid, signal.SIGINT)
    _, told = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "type the same command with --continue" in told
    assert "Traceback" not in told
    files = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file() and ".observed" not in path.parts}
    of_the_run = {"run.json", "summary.csv", "gradebook.db"}
    assert files == {"result.json", "report.html", "report.pdf", *of_the_run}
    assert _is_gone(run.pid)


@pytest.mark.parametrize(
    ("met", "typed"), [("click", ["check"]), ("grader.cli.export", ["export"]), ("grader.cli.usage", ["chekc"])]
)
def test_ctrl_c_while_it_still_starts_ends_it_with_a_word(met: str, typed: list[str]) -> None:
    program = f"""
import sys
class Stop:
    def find_spec(name, *_):
        if name == {met!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop)
import grader.__main__
grader.__main__.main()
"""
    ended = subprocess.run([sys.executable, "-c", program, *typed], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "\nStopped.\n")


def _is_gone(group: int) -> bool:
    """Whether a process group has ended within some seconds; who reaps its orphans is the system's affair."""
    for _ in range(300):
        states = subprocess.run(["ps", "-o", "stat=", "-g", str(group)], capture_output=True, text=True).stdout.split()
        if all(state.startswith("Z") for state in states):
            return True
        time.sleep(0.1)
    return False


def test_quiet_prints_nothing(right: Path, quick: Path, tmp_path: Path) -> None:
    options = ["--quiet", "--format", "json", "--fail-under", 100, "--rubric", quick]
    ended = grader("grade", right, "-o", tmp_path, *options)
    assert (ended.exit_code, ended.output) == (0, "")


def test_a_missing_pango_costs_the_pdf_only(
    right: Path, quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.report.pdf_problem", lambda: "Pango is missing. Type: get pango")
    ended = grader("grade", right, "-o", tmp_path, "--rubric", quick)
    assert ended.exit_code == 0
    assert ended.stderr.count("Type: get pango") == 1
    assert {path.name for path in (tmp_path / "hand-in-01").iterdir()} == {"result.json", "report.html"}


def test_doctor_says_that_grading_works() -> None:
    ended = grader("doctor")
    assert ended.exit_code == 0
    assert f"course {COURSE}" in ended.stdout


@pytest.mark.parametrize(("option", "title"), [((), "Rubric"), (("--result",), "Result")])
def test_schema_prints_json(option: tuple[str, ...], title: str) -> None:
    assert json.loads(grader("schema", *option).stdout)["title"] == title


@pytest.mark.parametrize("name", ["check", "doctor", "export", "grade", "marks", "rejudge", "schema"])
def test_every_help_has_an_example(name: str) -> None:
    assert f"Example:  grader {name}" in grader(name, "--help").stdout


@pytest.mark.parametrize(
    ("scores", "complete", "fail_under", "code"),
    [
        ([Score(90, 100)], True, None, 0),
        ([Score(90, 100)], True, 90, 0),
        ([Score(90, 100), Score(89, 100)], True, 90, 1),
        ([Score(10, 100)], False, 90, 3),
        ([], False, None, 3),
    ],
)
def test_exit_codes(scores: list[Score], complete: bool, fail_under: float | None, code: int) -> None:
    assert exit_code(scores, complete, fail_under) == code


def _tree(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["main.py", "models/net.py"], []),
        (["models/net.py", "optimizer/sgd.py"], []),
        (["homework/models/net.py", "homework/optimizer/sgd.py"], []),
        (["source/net.py", "figures/loss.png"], []),
        (["hand-in-01/main.py", "hand-in-02/main.py"], ["hand-in-01", "hand-in-02"]),
        (["class/hand-in-01/main.py", "class/hand-in-02/models/net.py"], ["hand-in-01", "hand-in-02"]),
        (["hand-in-01.zip", "hand-in-02/main.py", "roster.csv"], ["hand-in-01.zip", "hand-in-02"]),
        (["hand-in-01.zip"], ["hand-in-01.zip"]),
        (
            ["hand-in-01/main.py", "hand-in-02/main.py", "out/run.json", ".git/x.py", "__MACOSX/hand-in-01.py"],
            ["hand-in-01", "hand-in-02"],
        ),
    ],
)
def test_a_folder_of_hand_ins_is_told_from_a_hand_in(names: list[str], expected: list[str], tmp_path: Path) -> None:
    _tree(tmp_path, *names)
    assert [path.name for path in expand(tmp_path)] == expected


def test_hand_ins_of_equal_names_get_ids_of_their_own(tmp_path: Path) -> None:
    _tree(tmp_path, "mon/hand-in-01/main.py", "tue/Hand-in-01/main.py", "wed/hand-in-01.zip")
    paths = [
        tmp_path / "mon/hand-in-01",
        tmp_path / "tue/Hand-in-01",
        tmp_path / "wed/hand-in-01.zip",
        tmp_path / "mon" / "hand-in-01",
    ]
    found, _ = find(paths, tmp_path / "out")
    assert [each.id for each in found] == ["hand-in-01", "Hand-in-01-2", "hand-in-01-3"]


def _without_timings(folder: Path) -> object:
    told = json.loads((folder / "result.json").read_text("utf-8"))
    del told["timings"]
    return told


def test_lines_below_the_first_begin_where_it_does_and_none_ends_in_blanks() -> None:
    found = Finding("wrong", "It is 64 times what was expected.", "Is it a sum where the text says mean?")
    criterion = CriterionResult("a", "The gradient of the net", "value", "failed", Score(0, 1), "public", (found,))
    narrow = Console(file=io.StringIO(), width=40)
    for line in section(SectionResult("net", "Net", Score(0, 1), (criterion,))):
        narrow.print(line)
    assert cast(io.StringIO, narrow.file).getvalue().splitlines() == [
        "",
        "Net  0/1",
        "  ✗ failed         0/1  The gradient of",
        "                        the net",
        "      It is 64 times what was expected.",
        "      → Is it a sum where the text says",
        "        mean?",
    ]


def test_what_is_told_of_several_passed_criteria_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    aside = (Finding("judged-once-more", "Judged once more."),)
    criteria = [
        CriterionResult(name, name, "value", "passed", Score(1, 1), "public", aside) for name in ("Forward", "Backward")
    ]
    for line in section(SectionResult("net", "Net", Score(2, 2), tuple(criteria))):
        console().print(line)
    assert capsys.readouterr().out.count("Judged once more.") == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["chek", "hw"], "No such command 'chek'. Did you mean 'check'?"),
        (["kit", "stater"], "'starter'?"),
        (["export", "hw", "--to", "canvs"], "Did you mean 'canvas'?"),
        (["check", "hww"], "Path 'hww' does not exist. Did you mean 'hw'?"),
        (["check", "hw\\models"], "Did you mean 'hw/models'?"),
        (["check", "C:\\homework\\hw1"], "inside WSL, where this is '/mnt/c/homework/hw1'."),
        (["check", "hw", "--sandbox", "buble"], "There is no sandbox 'buble'; did you mean 'bubblewrap'?"),
        (["check", "hw", "--rubric", "hw"], "hw: this folder has no rubric.yaml"),
        (["check", "hw", "--rubric", "hw/rubrik.yaml"], "hw/rubrik.yaml: there is no such file"),
        (["check", "hw/utils.py"], "hw/utils.py: is a single file. Name the folder that it lies in: hw"),
        (["batch", "bad.zip", "-o", "out"], "bad.zip: not a zip archive, although its name ends in .zip"),
        (["stats", "hw"], "hw: no results here. Name the folder that `grader grade` or `grader batch` wrote"),
        (["batch", "class", "-o", "out", "--engine", "dask", "--scheduler", "here"], "It is as tcp://10.0.0.1:8786."),
    ],
)
def test_what_was_meant_is_said_where_it_can_be_told(
    words: list[str], told: str, examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("hw", "class/one", "class/two"):
        shutil.copytree(examples / "hand-in-01", name)
    Path("bad.zip").write_text("no zip")
    ended = CliRunner().invoke(commands, words)
    assert ended.exit_code == 2, ended.output
    said = " ".join(ended.stderr.split())
    assert said.count(told) == 1, said
    assert said.count("Did you mean") <= 1


def test_a_student_without_weasyprint_is_told_before_the_check_what_needs_nothing(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.cli.check.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    ended = CliRunner().invoke(commands, ["check", str(examples / "hand-in-01"), "--report", str(tmp_path / "a.pdf")])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert "Type: pip install 'dlgrader[pdf]', or name" in ended.stderr
    assert "a.html, which needs nothing." in ended.stderr


def test_where_nothing_could_be_graded_no_class_is_told_in_numbers(quick: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "hw.zip").write_bytes(b"PK\x03\x04, and then nothing")
    words = ["batch", str(tmp_path / "class"), "--rubric", str(quick), "-o", str(tmp_path / "out"), "--format", "json"]
    ended = CliRunner().invoke(commands, words)
    assert ended.exit_code == 3, ended.output
    assert "in numbers" not in ended.stdout
    assert "statistics" not in ended.stderr
