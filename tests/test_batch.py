"""A class from one command: what is taken over, what is graded again, and what one process less or more changes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import class_samples as samples
import pytest
from click.testing import CliRunner, Result

from grader.batch import Choice, Engine, Graded, Outcome, Plan, Task, Work, local, run
from grader.batch.before import Before
from grader.cli import commands
from grader.gradebook import open_book
from grader.model import Score
from grader.rubric import Rubric, load_rubric

RIGHT = b"""
import numpy as np

class _baseNetwork:
    def softmax(self, scores):
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def ReLU(self, X):
        return np.maximum(X, 0)
"""
WRONG = RIGHT.replace(b"np.maximum(X, 0)", b"np.maximum(X, 1)")


def grader(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(each) for each in arguments])


@pytest.fixture
def canvas(tmp_path: Path) -> Path:
    """A class of three, one of whom sent nonsense."""
    return samples.as_zip(
        {
            "exampleada_1_11_base.zip": samples.packed({"models/_base_network.py": RIGHT}),
            "exampleben_LATE_2_12_base.zip": samples.packed({"models/_base_network.py": WRONG}),
            "examplecem_3_13_base.zip": b"PK\x03\x04 cut off",
        },
        tmp_path / "in",
    )


def graded_ids(ended: Result) -> list[str]:
    """The hand-ins that the printed lines tell, in order."""
    return [line.split("  ")[0] for line in ended.stdout.splitlines() if line.startswith("example")]


def test_a_class_is_graded_once_and_taken_over_afterwards(canvas: Path, quick: Path, tmp_path: Path) -> None:
    command = ["batch", canvas, "-o", tmp_path / "out", "--rubric", quick, "--format", "json", "--jobs", 1, "--json"]
    first, again = grader(*command), grader(*command)
    told = [[(each["id"], each["status"]) for each in json.loads(ended.stdout)["hand_ins"]] for ended in (first, again)]
    assert told[0] == told[1]
    assert dict(told[0]) == {"exampleada_1": "graded", "exampleben_2": "graded", "examplecem_3": "not graded"}
    book = open_book(tmp_path / "out" / "gradebook.db")
    history = sorted((each.hand_in, each.what) for each in book.history("quick"))
    assert history == [("exampleada_1", "graded"), ("exampleben_2", "graded"), ("examplecem_3", "kept")]
    book.close()
    assert "exampleben_2,exampleben,,,,,canvas 2,,,late" in (tmp_path / "out" / "roster.csv").read_text()


def test_what_is_left_by_a_limit_is_told_and_graded_by_the_next_run(canvas: Path, quick: Path, tmp_path: Path) -> None:
    command = ["batch", canvas, "-o", tmp_path / "out", "--rubric", quick, "--format", "json", "--jobs", 1]
    first, again = grader(*command, "--limit", 1), grader(*command)
    assert (first.exit_code, again.exit_code) == (3, 3)
    assert "2 of 3 are still to be graded." in first.stdout
    assert "still to be graded" not in again.stdout


def test_results_of_another_rubric_are_not_overwritten(canvas: Path, quick: Path, tmp_path: Path) -> None:
    other = tmp_path / "rubric.yaml"
    other.write_text(quick.read_text().replace("id: quick", "id: slow"))
    command = ["batch", canvas, "-o", tmp_path / "out", "--format", "json", "--jobs", 1]
    assert grader(*command, "--rubric", quick).exit_code == 3
    before = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.*") if path.is_file()}
    ended = grader(*command, "--rubric", other, "--limit", 1)
    assert ended.exit_code == 2
    assert {path: path.read_bytes() for path in (tmp_path / "out").glob("*.*") if path.is_file()} == before
    assert "holds results of 'quick', and these would be of 'slow'" in ended.stderr


def test_a_dry_run_names_everybody_and_writes_nothing(canvas: Path, tmp_path: Path) -> None:
    ended = grader("batch", canvas, "-o", tmp_path / "out", "--dry-run")
    assert ended.exit_code == 0
    assert [name in ended.stdout for name in ("exampleada_1", "canvas 2", "late")] == [True] * 3
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--only", "nobody"], "there is no such hand-in; --dry-run"),
        (["--only", "examplben_2"], "there is no such hand-in; did you mean 'exampleben_2'?"),
        (["--failed"], "no run here"),
        (["--engine", "dask"], "needs --scheduler"),
        (["--scheduler", "tcp://127.0.0.1:1"], "goes with --engine dask"),
    ],
)
def test_options_that_cannot_be_meant_are_told(options: list[str], told: str, canvas: Path, tmp_path: Path) -> None:
    ended = grader("batch", canvas, "-o", tmp_path / "out", *options)
    assert (ended.exit_code, told in ended.stderr, "Traceback" in ended.output) == (2, True, False)


# what is graded, with an engine that only counts


class Counting:
    """An engine that gives everybody a point and remembers whom it saw."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, works: Iterable[Work], plan: Plan) -> Iterator[Graded]:
        for work in works:
            self.seen.append(work.task.id)
            told = {
                "submission": {"id": work.task.id, "digest": work.submission.digest},
                "rubric": {},
                "score": {"given": 1, "maximum": 1},
                "sections": [],
            }
            text = work.told or json.dumps(told)
            outcome = Outcome(replace(work.task), Score(1, 1), complete=True, told=text)
            yield Graded(outcome, {"json": text.encode()}, b"observed")


ALL = Choice()


@pytest.fixture
def rubric(quick: Path) -> Rubric:
    return load_rubric(quick)


def tasks(folder: Path, names: Iterable[str] = "abc") -> list[Task]:
    for name in names:
        (folder / "in" / name).mkdir(parents=True, exist_ok=True)
        (folder / "in" / name / "softmax.py").touch()
    return [Task(name, folder / "in" / name, folder / "out" / name) for name in names]


def seen(folder: Path, rubric: Rubric, choice: Choice = ALL, plan_id: str = "plan") -> list[str]:
    """Whom a run grades."""
    plan = Plan(b"", {}, "process", frozenset({"json"}), plan_id)
    engine = Counting()
    those = tasks(folder)
    outcomes = list(run(those, plan, engine, Before(folder / "out", plan, rubric), choice))  # type: ignore[arg-type]
    assert all(each.score.given == 1 for each in outcomes)
    return engine.seen


def _change(folder: Path) -> None:
    (folder / "in" / "b" / "softmax.py").write_text("x = 2\n")


def _spoil(folder: Path) -> None:
    (folder / "out" / "c" / "result.json").write_text("{}")


def _lose(folder: Path) -> None:
    (folder / "out" / "a" / "result.json").unlink()


@pytest.mark.parametrize(
    ("meanwhile", "choice", "plan", "expected"),
    [
        (None, Choice(), "plan", ""),
        (_change, Choice(), "plan", "b"),
        (_spoil, Choice(), "plan", "c"),
        (_lose, Choice(), "plan", "a"),
        (None, Choice(), "another plan", "abc"),
        (None, Choice(force=True), "plan", "abc"),
        (None, Choice(frozenset("b")), "plan", ""),
        (None, Choice(frozenset("b"), force=True), "plan", "b"),
        (None, Choice(force=True, limit=2), "plan", "ab"),
        (None, Choice(frozenset("bc"), limit=1), "another plan", "b"),
    ],
)
def test_what_is_unchanged_is_not_graded_again(
    meanwhile: object, choice: Choice, plan: str, expected: str, tmp_path: Path, rubric: Rubric
) -> None:
    assert seen(tmp_path, rubric) == ["a", "b", "c"]
    if callable(meanwhile):
        meanwhile(tmp_path)
    assert seen(tmp_path, rubric, choice, plan) == list(expected)


def test_a_run_that_was_closed_goes_on_with_the_rest(tmp_path: Path, rubric: Rubric) -> None:
    plan = Plan(b"", {}, "process", frozenset({"json"}), "plan")
    outcomes = run(tasks(tmp_path), plan, Counting(), Before(tmp_path / "out", plan, rubric))  # type: ignore[arg-type]
    assert next(outcomes).task.id == "a"
    outcomes.close()
    assert seen(tmp_path, rubric) == ["b", "c"]


# processes


def test_a_hand_in_that_kills_its_process_twice_is_set_aside(tmp_path: Path) -> None:
    plan = Plan(b"", {}, "process", frozenset({"json"}))
    engine: Engine = local.engine(2, samples.die_over_b)
    outcomes = {each.task.id: each.problem for each in run(tasks(tmp_path, "abcdef"), plan, engine)}
    assert {id_ for id_, problem in outcomes.items() if problem} == {"b"}
    assert "set aside" in outcomes["b"]
    assert sorted(outcomes) == list("abcdef")


def without_timings(out: Path) -> dict[str, object]:
    """All results, but for what differs between any two runs."""
    found = {}
    for path in sorted(out.glob("*/result.json")):
        told = json.loads(path.read_text())
        del told["timings"]
        found[path.parent.name] = told
    return found


def make_class(place: Path, count: int) -> Path:
    """Hand-ins of four kinds, each with a difference of its own; every seventh one is no archive."""
    files = {}
    for number in range(count):
        source = (RIGHT if number % 2 else WRONG) + f"# {number}\n".encode()
        content = b"nonsense" if number % 7 == 6 else samples.packed({"models/_base_network.py": source})
        files[f"example{number}_{number}_{100 + number}_hw.zip"] = content
    return samples.as_zip(files, place)


def graded(out: Path) -> int:
    """How many results are known to be whole."""
    return sum(1 for _ in (out / ".observed" / "results").glob("*.json"))


@pytest.mark.slow
def test_a_class_that_is_killed_again_and_again_ends_as_one_that_is_not(quick: Path, tmp_path: Path) -> None:
    path, out = make_class(tmp_path / "in", 60), tmp_path / "killed"
    options = ["--rubric", quick, "--format", "json", "--seed", 7, "--sandbox", "process", "--trust-submissions", "-q"]
    assert grader("batch", path, "-o", tmp_path / "whole", *options).exit_code == 3
    command = [str(each) for each in ("batch", path, "-o", out, *options)]
    rng, killed = random.Random(1), 0
    for number in range(10):
        before, jobs = graded(out), str(1 + number % 2)
        started = [sys.executable, "-m", "grader", *command, "--jobs", jobs]
        with subprocess.Popen(started, start_new_session=True) as process:
            while graded(out) == before and process.poll() is None:
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.1))
            if process.poll() is not None:
                break
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
    assert killed >= 3  # a very quick machine may be done after that
    assert grader(*command).exit_code == 3
    assert without_timings(out) == without_timings(tmp_path / "whole")
    for folder in (out, tmp_path / "whole"):
        book = open_book(folder / "gradebook.db")
        assert sorted(each.hand_in for each in book.history("quick")) == sorted(book.entries("quick"))
        assert len(book.entries("quick")) == 60
        book.close()
