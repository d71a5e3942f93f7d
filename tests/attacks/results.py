"""Attacks on what a run leaves and keeps: results of another's, caches, folders that look like ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from attack_suite import COURSE, EXAMPLES, ROOT, attack

from grader.batch import Format, Graded, Outcome, Plan, Task, Work
from grader.batch.before import Before
from grader.batch.files import write_files
from grader.cli.handins import find
from grader.cli.running import _rubric_file
from grader.errors import GraderError
from grader.exports.json import from_json
from grader.intake import take
from grader.kept import Kept
from grader.mistakes.bank import _read
from grader.model import Submission
from grader.rubric import find_rubric, load_rubric
from grader.writing import write


def submission(digest: str) -> Submission:
    """A hand-in of which nothing but the digest matters."""
    return Submission("me", Path("me"), digest, ())


def before(out: Path) -> Before:
    """What a folder of results holds, for a rubric and a seed that are always the same."""
    return Before(out, Plan(b"", {}, "process", frozenset({"json"}), "the plan"), load_rubric(find_rubric(COURSE)))


def graded(out: Path, digest: str) -> Task:
    """A task whose result was written and kept for a hand-in of this digest."""
    told = {
        "submission": {"id": "me", "digest": digest},
        "rubric": {"digest": "of the rubric"},
        "score": {"given": 100, "maximum": 100},
        "sections": [],
    }
    task = Task("me", out, out / "me")
    files: dict[Format, bytes] = {"json": json.dumps(told).encode()}
    write_files(task, files)
    before(out).keep(Work(task, submission(digest), {}), Graded(Outcome(task), files))
    return task


@attack("the result of another hand-in", 72)
def anothers_result(folder: Path) -> None:
    task = graded(folder, "mine")
    assert isinstance(before(folder).look(Work(task, submission("mine"), {})), Outcome)
    assert before(folder).look(Work(task, submission("another's"), {})) == Work(task, submission("another's"), {})


@attack("a result in the hand-in itself", 72)
def own_result(folder: Path) -> None:
    hand_in = folder / "hand-in"
    hand_in.mkdir()
    (hand_in / "a.py").write_text("x = 1\n", "utf-8")
    digest = take(hand_in).submission.digest
    graded(hand_in, digest)
    assert take(hand_in).submission.digest != digest  # no result can hold the digest of a hand-in that holds it
    task = Task("me", hand_in, folder / "out" / "me")
    assert not isinstance(before(folder / "out").look(Work(task, submission(digest), {})), Outcome)


@attack("a result that was changed after it was written", 72)
def changed_result(folder: Path) -> None:
    task = graded(folder, "mine")
    (task.folder / "result.json").write_bytes((task.folder / "result.json").read_bytes().replace(b"100", b"200"))
    assert before(folder).look(Work(task, submission("mine"), {})) == Work(task, submission("mine"), {})


@attack("a hand-in that looks like results", 72)
def looks_like_results(folder: Path) -> None:
    for name in ("one", "two", "three"):
        (folder / name).mkdir()
        (folder / name / "softmax.py").write_text("x = 1\n", "utf-8")
    (folder / "three" / "run.json").write_text("{}", "utf-8")
    hand_ins, told = find([folder], folder / "out")
    assert [each.id for each in hand_ins] == ["one", "two"]
    assert "three" in " ".join(told)


@attack("two hand-ins of one name", 72)
def same_name(folder: Path) -> None:
    for parent in ("a", "b"):
        (folder / parent / "smith").mkdir(parents=True)
        (folder / parent / "smith" / "softmax.py").write_text("x = 1\n", "utf-8")
    hand_ins, _ = find([folder / "a" / "smith", folder / "b" / "smith"], folder / "out")
    assert [each.id for each in hand_ins] == ["smith", "smith-2"]


@attack("a result that is a bomb", 72)
def result_bomb(folder: Path) -> None:
    for text in ("[" * 100_000, '{"score": 1e999}', '{"a": NaN}', '{"a": 1, "a": 2}', "\ud800", "1" * 10_000):
        with pytest.raises(GraderError, match="not a result"):
            from_json(text)


@attack("a rubric in the hand-in that is named as the course", 46)
def own_rubric(folder: Path) -> None:
    for place in (folder / COURSE / "rubric.yaml", folder / "rubrics" / COURSE / "rubric.yaml"):
        place.parent.mkdir(parents=True)
        place.write_text("id: mine\n", "utf-8")
    before = os.getcwd()
    os.chdir(folder)  # as a CI that checks a student's repository
    try:
        assert find_rubric(COURSE).is_relative_to(ROOT / "rubrics")
    finally:
        os.chdir(before)


@attack("modules of the grader's names in the folder that it is called in", 40)
def own_modules(folder: Path) -> None:
    for name in ("numpy", "grader", "click", "yaml", "sitecustomize"):
        (folder / f"{name}.py").write_text(f"open('{folder}/owned', 'w')\nraise SystemExit(9)\n", "utf-8")
    command = Path(sys.executable).with_name("grader")
    ended = subprocess.run([command, "check", ".", "--sandbox", "process"], cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 2, ended.stderr  # it fits no course
    assert not (folder / "owned").exists()


@attack("a link in the place of the report", 72)
def linked_report(folder: Path) -> None:
    (folder / "precious.txt").write_text("precious", "utf-8")
    (folder / "feedback.pdf").symlink_to("precious.txt")
    write(folder / "feedback.pdf", b"%PDF")
    assert (folder / "precious.txt").read_text("utf-8") == "precious"
    assert not (folder / "feedback.pdf").is_symlink()


@attack("one hand-in of another course in front of a class", 72)
def another_course(folder: Path) -> None:
    first = sorted((ROOT / "submissions_example" / "physics-ps5").iterdir())[0]
    paths = [first, *(EXAMPLES / name for name in ("hand-in-01", "hand-in-05", "hand-in-06"))]
    class_of = [Task(path.name, path, folder) for path in paths]
    assert _rubric_file(None, class_of).parent.name == COURSE
    with pytest.raises(GraderError, match="The first hand-ins fit different courses"):
        _rubric_file(None, class_of[:2])


@attack("a kept run that was replaced by something else", 75)
def kept(folder: Path) -> None:
    kept = Kept("runs", folder)
    kept.put("digest", {"series": 1})
    for content in (b"", b"[]", b"\xff", b"[" * 100_000, b'{"series": '):
        (kept.folder / "digest.json").write_bytes(content)
        assert kept.get("digest") is None
    os.unlink(kept.folder / "digest.json")
    os.symlink("/etc/passwd", kept.folder / "linked.json")
    assert kept.get("linked") is None


@attack("a bank of mistakes with an object in it", 75)
def pickled_bank(folder: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(folder / "owned"),)

    np.savez(folder / "bank.npz", told=np.array([Evil()], object), rows=np.zeros(5), values=np.zeros(1))
    assert _read(folder / "bank.npz") is None
    assert not (folder / "owned").exists()
