"""The attack suite: hand-ins that attack the grader, each with the hand-in that it has to beat and never does.

An attack is an entry of `attacks/*.yaml`: text that is put before (`into`) or in the place of (`files`) files of a base
hand-in. It holds if the score is at most that of the base without the attack, if no canary from a private thing
appears in anything that a student can see, and if an honest hand-in that comes next is graded as ever.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from grader.data import load
from grader.exports.json import to_json
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.model import Result
from grader.report import html
from grader.rubric import load_rubric
from grader.sandbox import choose
from grader.session import Limits

__all__ = ["ATTACKS", "Attack", "Tried", "judged", "tried"]

HERE = Path(__file__).parent
ROOT = HERE.parent
COURSE = "gatech-cs7643-a1"
EXAMPLES = ROOT / "submissions_example" / COURSE
BASES = {"right": "hand-in-01", "broken": "hand-in-06", "zero": "hand-in-09"}
HONEST = "hand-in-03"
LIMITS = Limits(request=3.0, training=10.0, total=60.0)
CANARY = "CANARY-"
SEED = 11


@dataclass(frozen=True)
class Attack:
    """One attack by a hand-in's code; `line` is its number in the list of attacks."""

    name: str
    line: int
    base: str = "broken"
    into: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    sees: str = ""  # words that the result has to tell the instructor
    process: bool = False  # whether the plain process claims to hold it too


@dataclass(frozen=True)
class Tried:
    """What came of one attack."""

    result: Result
    base: Result
    shown: str  # all that a student can see
    seconds: float

    @property
    def told(self) -> str:
        """What the instructor reads of it."""
        findings = [f for section in self.result.sections for c in section.criteria for f in c.findings]
        return "\n".join([*self.result.integrity, *(f.message for f in (*findings, *self.result.remarks))])

    @property
    def leaks(self) -> bool:
        """Whether something private can be seen."""
        return CANARY in self.shown


def _catalogue() -> dict[str, Attack]:
    found: dict[str, Attack] = {}
    for path in sorted((HERE / "attacks").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text("utf-8")):
            attack = Attack(**entry)
            assert attack.name not in found, attack.name
            found[attack.name] = attack
    return found


ATTACKS: Mapping[str, Attack] = _catalogue()


def tried(attack: Attack, sandbox: str) -> Tried:
    """Grade the attack as any hand-in, with something private everywhere but in the sandbox."""
    with _private() as folder:
        shutil.copytree(EXAMPLES / BASES[attack.base], folder / "hand-in")
        _write(folder / "hand-in", attack)
        started = time.monotonic()
        result = graded(folder / "hand-in", sandbox)
        seconds = time.monotonic() - started
    return Tried(result, honest(BASES[attack.base], sandbox), to_json(result) + html(result), seconds)


@cache
def honest(name: str, sandbox: str) -> Result:
    """An example hand-in, graded once."""
    return graded(EXAMPLES / name, sandbox)


def graded(path: Path, sandbox: str) -> Result:
    """A hand-in, graded with a key that holds canaries."""
    intake = take(path)
    return grade(intake.submission, intake.files, _key(sandbox), choose(sandbox), LIMITS)


def judged(result: Result) -> tuple[object, ...]:
    """All of a result but how long it took and what it ran in."""
    return (result.score, result.sections, result.remarks, result.integrity)


@cache
def _key(sandbox: str) -> Key:
    """The course's key, made from a rubric and a reference with a canary in each file."""
    folder = Path(tempfile.mkdtemp(prefix="course-"))
    shutil.copytree(ROOT / "rubrics" / COURSE, folder / "rubric")
    shutil.copytree(ROOT / "reference" / COURSE, folder / "reference")
    for path in folder.rglob("*"):
        if path.suffix == ".yaml":
            path.write_text(f"# {CANARY}{path.stem}\n" + path.read_text("utf-8"), "utf-8")
        elif path.suffix == ".py" and path.name != "driver.py":  # the driver is meant to be in the sandbox
            with path.open("a", encoding="utf-8") as file:
                file.write(f'\n{path.stem.upper().strip("_")}_SECRET = "{CANARY}{path.stem}"\n')
    rubric = folder / "rubric" / "rubric.yaml"
    rubric.write_text(rubric.read_text("utf-8") + f"reference: {folder / 'reference'}\n", "utf-8")
    return prepare(load_rubric(rubric), SEED, {"digits": load("digits")}, choose(sandbox), LIMITS)


@contextmanager
def _private() -> Iterator[Path]:
    """A folder for the hand-in, with canaries around it: in a neighbour's hand-in, the environment and our memory."""
    kept = [f"{CANARY}memory" for _ in range(100)]
    os.environ["GRADER_SECRET"] = f"{CANARY}environment"
    folder = Path(tempfile.mkdtemp(prefix="class-"))
    try:
        (folder / "neighbour").mkdir()
        (folder / "neighbour" / "two_layer_nn.py").write_text(f"# {CANARY}neighbour\n")
        yield folder
    finally:
        del os.environ["GRADER_SECRET"]
        shutil.rmtree(folder)
        kept.clear()


def _write(folder: Path, attack: Attack) -> None:
    for name, text in attack.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name, text in attack.into.items():
        path = folder / name
        path.write_text(text + "\n" + path.read_text("utf-8"), "utf-8")
