"""Faults of the machine that grades: no result is lost, half written, or turned into a zero, and the reason is told."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from test_gradebook import attempt

import grader as package
from grader.gradebook import book as module
from grader.gradebook import open_book
from grader.sandbox import bubblewrap

SCORES = {"hand-in-05": "40.0", "hand-in-06": "100.0"}


def graded(
    examples: Path, rubric: Path, out: Path, before: Sequence[str], *more: str
) -> subprocess.CompletedProcess[str]:
    """A run over two hand-ins, in a process of its own that begins with other words."""
    hand_ins = [str(examples / name) for name in SCORES]
    options = ["--rubric", str(rubric), "-o", str(out), "--format", "json,html", "--jobs", "1", "--seed", "7"]
    trusting = ["--sandbox", "process", "--trust-submissions"]
    command = [*before, sys.executable, "-m", "grader", "grade", *hand_ins, *options, *trusting, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def whole(out: Path) -> Iterator[str]:
    """The hand-ins with a result; every file of results that is there can be read, and is right."""
    for path in out.glob("hand-in-*/result.json"):
        assert f"{json.loads(path.read_text())['score']['given']}" == SCORES[path.parent.name]
        yield path.parent.name
    for row in (
        csv.DictReader((out / "summary.csv").read_text().splitlines()) if (out / "summary.csv").is_file() else ()
    ):
        assert row["score"] in ("", SCORES[row["hand_in"]])


@pytest.mark.slow
@pytest.mark.skipif(bool(bubblewrap.probe()), reason="no bubblewrap to make a small disk with")
@pytest.mark.parametrize("size", [30_000, 150_000])
def test_a_full_disk_loses_and_spoils_nothing(examples: Path, quick: Path, tmp_path: Path, size: int) -> None:
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    look = f'"$@"; code=$?; cp -r {small}/out {kept}; exit $code'
    disk = ["bwrap", "--dev-bind", "/", "/", "--size", str(size), "--tmpfs", str(small), "--", "sh", "-c", look, "sh"]
    ended = graded(examples, quick, small / "out", disk)
    assert ended.returncode in (2, 3), ended.stderr
    assert "No space left" in ended.stderr or "gradebook" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not [path.name for path in kept.rglob(".*.*") if path.is_file()]  # nothing half written lies about
    done = set(whole(kept))
    (kept / "gradebook.db").unlink(missing_ok=True)
    again = graded(examples, quick, kept, [], "--continue")
    assert again.returncode == 0, again.stderr
    assert set(whole(kept)) == set(SCORES) >= done


@pytest.mark.slow
@pytest.mark.skipif(bool(bubblewrap.probe()), reason="no bubblewrap to make a folder read-only with")
def test_a_place_that_cannot_be_written_is_told(examples: Path, quick: Path, tmp_path: Path) -> None:
    fixed = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(tmp_path), str(tmp_path), "--"]
    ended = graded(examples, quick, tmp_path / "out", fixed)
    assert (ended.returncode, ended.stderr.count("Read-only file system")) == (3, 1)
    assert "Traceback" not in ended.stderr
    (tmp_path / "file").write_text("")
    ended = graded(examples, quick, tmp_path / "file" / "out", [])
    assert (ended.returncode, ended.stderr.count("Not a directory")) == (3, 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound a process's memory")
@pytest.mark.parametrize("megabytes", [300, 380])
def test_a_grader_without_memory_writes_no_wrong_score(
    examples: Path, quick: Path, tmp_path: Path, megabytes: int
) -> None:
    limit = ["sh", "-c", f'ulimit -v {megabytes << 10}; exec "$@"', "sh"]
    ended = graded(examples, quick, tmp_path / "out", limit)
    assert len(list(whole(tmp_path / "out"))) == 2 or ended.returncode not in (0, 1)


def test_no_deadline_depends_on_the_clock_on_the_wall() -> None:
    for path in Path(package.__file__).parent.rglob("*.py"):
        text = path.read_text("utf-8")
        assert re.search(r"\btime\.time\(|datetime\.today|^from time import .*\btime\b", text, re.MULTILINE) is None, (
            path
        )


def test_a_clock_that_jumps_back_changes_nothing_about_what_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = (datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=400 * number) for number in range(100))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return next(times)

    monkeypatch.setattr(module, "datetime", Clock)
    book = open_book(tmp_path / "gradebook.db")
    for points in (3.0, 8.0, 5.0):
        book.record(attempt(points))
    assert book.entries("hw1")["ada"].result == attempt(5.0).result
    assert [each.after for each in book.history("hw1", "ada")] == [3.0, 8.0, 5.0]
    book.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder in which nobody can make one")
def test_a_place_where_no_folder_can_be_made_is_named(examples: Path, quick: Path) -> None:
    ended = graded(examples, quick, Path("/proc/nowhere"), [])
    assert ended.returncode == 2
    assert ended.stderr == "grader: /proc/nowhere: no folder can be made there.\n"
