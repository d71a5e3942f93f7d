"""The comparison with other graders: its homework tells right from wrong, and the README quotes what was measured."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.data import load
from grader.grading import prepare
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
MEASURED = json.loads((BENCHMARKS / "results" / "peers.json").read_text("utf-8"))
COLUMNS = ("grader", "gradescope-utils", "otter-grader", "nbgrader", "check50")


def cells(start: str) -> list[str]:
    """The cells of a row of the README's comparison, without its heading."""
    (row,) = re.findall(rf"^\| {re.escape(start)} \|(.*)\|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    return [cell.strip() for cell in row.split("|")]


def test_the_readme_quotes_the_measured_ratios() -> None:
    assert cells("CPU of a hand-in, over the floor") == [f"{MEASURED[name]['ratio']:.1f}" for name in COLUMNS]


def test_the_readme_tells_what_a_start_costs() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    rows = ("grader", "grader, warm", "grader check", "gradescope-utils")
    ours, one_more, alone, theirs = (f"{MEASURED[name]['ratio']:.1f} times" for name in rows)
    assert f"takes {ours} the floor" in text
    assert f"one more takes {one_more}" in text
    assert f"by itself {alone}" in text
    assert f"gradescope-utils takes {theirs}" in text


def test_the_readme_says_who_was_forged() -> None:
    told = cells("A wrong hand-in that swaps the comparing function")
    assert told == ["passes" if MEASURED[name]["forged"] else "fails" for name in COLUMNS]


def test_the_table_is_made_of_the_measured_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    made = runpy.run_path(str(BENCHMARKS / "peers.py"))["table"](MEASURED)
    assert (BENCHMARKS / "results" / "peers.md").read_text("utf-8") == made


def test_the_homework_passes_the_reference_and_fails_the_slip_in_one_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from homework import recording, replay  # type: ignore[import-not-found, unused-ignore]

    rubric = load_rubric(find_rubric("gatech-cs7643-a1"))
    key = prepare(rubric, 7, {"digits": load("digits")}, choose("process"))
    stuff = recording.material(tmp_path / "material", key, 7)
    monkeypatch.setattr(replay, "CALLS", stuff / "homework" / "calls")
    source = recording.one_file(rubric.reference)
    failed = [_failed(replay, text) for text in (source, recording.spoiled(source))]
    assert failed == [[], [recording.FAILS]]
    assert len(replay.names()) == len(rubric.criteria) - 1


def _failed(replay: Any, source: str) -> list[str]:
    homework = ModuleType("homework_of_a_student")
    exec(compile(source, "solution.py", "exec"), vars(homework))
    return [name for name in replay.names() if not _passes(replay, name, homework)]


def _passes(replay: Any, name: str, homework: ModuleType) -> bool:
    try:
        replay.check(name, homework)
    except AssertionError:
        return False
    return True
