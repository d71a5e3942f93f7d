"""This grader on the same homework, as its users run it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from grader.grading import Key
from homework.graders import PeerError
from homework.recording import FAILS, FORGERY, spoiled
from homework.spent import Cost, cost, counts_all

ROOT = Path(__file__).resolve().parent.parent.parent
FEW = 20


def batch(place: Path, key: Key, count: int) -> tuple[Cost, str]:
    """A class at once."""
    if not counts_all():
        raise PeerError("no control group can be made here, so the time of its workers is not known")
    _tells(place / "trial", key)
    return _batch(place, key, count).each(count), "`grader batch`, no PDF, its start shared by all"


def warm(place: Path, key: Key, count: int) -> tuple[Cost, str]:
    """What a further hand-in adds to a batch that is under way."""
    more = _batch(place / "more", key, count + FEW) - _batch(place / "few", key, FEW)
    return more.each(count), "one more hand-in in such a batch"


def check(place: Path, key: Key, count: int) -> tuple[Cost, str]:
    """One hand-in by itself, as a student types it."""
    folder = _hand_in(place / "in", key, 0)

    def run() -> None:
        for _ in range(count):
            _grader("check", str(folder), "--rubric", key.rubric.id)

    return cost(run).each(count), "`grader check`, a hand-in by itself"


MEASURES: dict[str, Callable[[Path, Key, int], tuple[Cost, str]]] = {
    "grader": batch,
    "grader, warm": warm,
    "grader check": check,
}
CLASSES = ("grader", "grader, warm")


def _batch(place: Path, key: Key, count: int) -> Cost:
    for number in range(count):
        _hand_in(place / "in" / f"student-{number:04}", key, number)
    spent = cost(lambda: _grade(place))
    for result in (place / "out").glob("*/result.json"):
        if failed := _not_passed(result):
            raise PeerError(f"a right hand-in failed {failed}")
    if len(list((place / "out").glob("*/result.json"))) != count:
        raise PeerError("not every hand-in has a result")
    return spent


def _tells(place: Path, key: Key) -> None:
    """It passes the right hand-in, and fails the wrong one in the one check that it should, forging or not."""
    _hand_in(place / "in" / "right", key, 0)
    for name, more in (("wrong", ""), ("forger", FORGERY)):
        utils = _hand_in(place / "in" / name, key, 0) / "utils.py"
        utils.write_text(spoiled(utils.read_text("utf-8")) + more, "utf-8")
    _grade(place)
    told = {name: _not_passed(place / "out" / name / "result.json") for name in ("right", "wrong", "forger")}
    if told != {"right": [], "wrong": [FAILS], "forger": [FAILS]}:
        raise PeerError(f"failed were {told}")


def _grade(place: Path) -> None:
    options = ("--rubric", "gatech-cs7643-a1", "--format", "json", "--seed", "7", "--quiet")
    _grader("batch", str(place / "in"), "-o", str(place / "out"), *options)


def _hand_in(place: Path, key: Key, number: int) -> Path:
    shutil.copytree(key.rubric.reference, place, ignore=shutil.ignore_patterns("__pycache__"))
    with (place / "utils.py").open("a", encoding="utf-8") as file:
        file.write(f"# {number}\n")
    return place


def _grader(*arguments: str) -> None:
    command = [sys.executable, "-m", "grader", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(f"grader {arguments[0]} ended with {done.returncode}: {done.stderr[-800:]}")


def _not_passed(result: Path) -> list[str]:
    sections = json.loads(result.read_text("utf-8"))["sections"]
    return [each["id"] for section in sections for each in section["criteria"] if each["verdict"] != "passed"]
