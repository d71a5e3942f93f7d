"""The attack suite: hand-ins that attack the grader, each with what has to come of it.

An attack by code is an entry of `attacks/*.yaml`: text that is put before (`into`) or in the place of (`files`) files
of a base hand-in. It holds if the score is at most that of the base without the attack, if no canary from a private
thing appears in anything that a student can see, and if an honest hand-in that comes next is graded as ever. An attack
by a file or a text is a function of `attacks/*.py` that makes it and asserts what it comes to.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path

import unlocked
import yaml

from grader.data import load
from grader.driver import find_driver
from grader.exports.json import to_json
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.model import Result
from grader.report import html
from grader.rubric import load_rubric
from grader.sandbox import bubblewrap, container, landlock
from grader.sandbox import choose as choose_usual
from grader.sandbox.base import Sandbox
from grader.sandbox.nursery import Nursery
from grader.session import Limits

__all__ = [
    "ATTACKS",
    "CANARY",
    "COURSE",
    "EVERYWHERE",
    "EXAMPLES",
    "ROOT",
    "SANDBOXES",
    "Attack",
    "Made",
    "Tried",
    "attack",
    "claimed",
    "honest_is_as_ever",
    "made",
    "pairs",
    "tried",
]

HERE = Path(__file__).parent
ROOT = HERE.parent
COURSE = "gatech-cs7643-a1"
EXAMPLES = ROOT / "submissions_example" / COURSE
BASES = {"right": "hand-in-01", "broken": "hand-in-06", "zero": "hand-in-09"}
HONEST = "hand-in-03"
LIMITS = Limits(request=5.0, training=20.0, total=60.0)
SHORT = Limits(request=0.6, training=1.0, total=4.0)  # for what never comes back; it can only cost points
BRIEF = ("softmax", "two-layer-gradient", "sgd-step", "batches")
CANARY = "CANARY-"
SEED = 11
FORKED = "forked"  # in bubblewrap, as the workers of a class are: one after the other from the same process
SANDBOXES: Mapping[str, Callable[[], str | None]] = {
    "bubblewrap": bubblewrap.probe,
    FORKED: bubblewrap.probe,
    "landlock": landlock.probe,
    "container": container.probe,
    "process": unlocked.probe,
}
# Every run of the slow tests tries all attacks in forked workers, and in Landlock those that a sandbox has to hold;
# `make attacks` tries all of them everywhere.
QUICK = (FORKED, "landlock")
EVERYWHERE = "ATTACKS_EVERYWHERE"  # the variable by which it asks for them
# What the trust line and the limits hold, so that a plain process does too: forged verdicts, lying objects, tricks of
# the subject, modules in front of others, results made beforehand, a broken channel, and time, output and leaving.
OF_A_PROCESS = frozenset({*range(1, 35), *range(40, 48), 50, 52, 56, 57})


@dataclass(frozen=True)
class Attack:
    """One attack by a hand-in's code; `line` is its number in the list of attacks."""

    name: str
    line: int
    base: str = "broken"
    into: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    sees: str = ""  # words that the result has to tell the instructor or the student
    waits: bool = False  # whether it never comes back, so that short limits have to end it
    nothing_in: tuple[str, ...] = ()  # criteria that may not earn a point
    costs: tuple[str, ...] | None = None  # the only criteria that may lose points


@dataclass(frozen=True)
class Tried:
    """What came of one attack."""

    result: Result
    base: Result
    shown: str  # all that a student can see
    seconds: float

    @property
    def told(self) -> str:
        """What is said of it to anybody."""
        findings = [f for section in self.result.sections for c in section.criteria for f in c.findings]
        return "\n".join([*self.result.integrity, *(f.message for f in (*findings, *self.result.remarks))])

    @property
    def points(self) -> Mapping[str, tuple[float | None, float]]:
        """What each criterion gave, and what it could."""
        return {c.id: (c.score.given, c.score.maximum) for s in self.result.sections for c in s.criteria}

    @property
    def lost(self) -> set[str]:
        """The criteria that lost points."""
        return {id_ for id_, (given, maximum) in self.points.items() if given != maximum}


def claimed(attack: Attack, sandbox: str) -> bool:
    """Whether a sandbox claims to hold an attack."""
    return sandbox != "process" or attack.line in OF_A_PROCESS


def pairs() -> list[tuple[str, str]]:
    """The sandboxes to try here, with each attack that they claim to hold."""
    everywhere = bool(os.environ.get(EVERYWHERE))
    asked = SANDBOXES if everywhere else QUICK
    tried = [(sandbox, name) for sandbox in asked for name, attack in ATTACKS.items() if claimed(attack, sandbox)]
    return [pair for pair in tried if everywhere or FORKED in pair or not claimed(ATTACKS[pair[1]], "process")]


def choose(name: str) -> Sandbox:
    """The sandbox to try; the plain process without the locks that it happens to find on Linux."""
    if name == FORKED:
        return _nursery()
    return unlocked.UnlockedProcess() if name == "process" else choose_usual(name)


@cache
def _nursery() -> Nursery:
    """One for all attacks: what one of them leaves, the honest hand-in that comes next would meet."""
    nursery = Nursery(choose_usual("bubblewrap"))
    atexit.register(nursery.close)
    return nursery


Making = Callable[[Path], None]


@dataclass(frozen=True)
class Made:
    """One attack by a file or a text: `run` makes it in a folder and asserts what it comes to."""

    name: str
    line: int
    run: Making


MADE: dict[str, Made] = {}


def attack(name: str, line: int) -> Callable[[Making], Making]:
    """Register a function of `attacks/*.py`."""

    def register(run: Making) -> Making:
        assert name not in MADE, name
        MADE[name] = Made(name, line, run)
        return run

    return register


def _catalogue() -> dict[str, Attack]:
    found: dict[str, Attack] = {}
    for path in sorted((HERE / "attacks").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text("utf-8")):
            one = Attack(**entry)
            assert one.name not in found, one.name
            found[one.name] = one
    return found


ATTACKS: Mapping[str, Attack] = _catalogue()


def tried(attack: Attack, sandbox: str) -> Tried:
    """Grade the attack as any hand-in, with something private everywhere but in the sandbox."""
    with _private() as folder:
        shutil.copytree(EXAMPLES / BASES[attack.base], folder / "hand-in")
        _write(folder / "hand-in", attack)
        started = time.monotonic()
        result = graded(folder / "hand-in", choose(sandbox), _key(), SHORT if attack.waits else LIMITS)
        seconds = time.monotonic() - started
    return Tried(result, honest(BASES[attack.base]), to_json(result) + html(result), seconds)


@cache
def honest(name: str) -> Result:
    """An example hand-in without any attack, graded once."""
    return graded(EXAMPLES / name, _any_sandbox(), _key())


def honest_is_as_ever(sandbox: str) -> bool:
    """Whether an honest hand-in, looked at by a few criteria, gets what it got before any attack, and word for word."""
    now = graded(EXAMPLES / HONEST, choose(sandbox), _brief_key())
    return _judged(now) == _judged(_honest_briefly())


def graded(path: Path, sandbox: Sandbox, key: Key, limits: Limits = LIMITS) -> Result:
    """A hand-in, graded with a key that holds canaries."""
    intake = take(path)
    return grade(intake.submission, intake.files, key, sandbox, limits)


@cache
def _honest_briefly() -> Result:
    return graded(EXAMPLES / HONEST, _any_sandbox(), _brief_key())


def _judged(result: Result) -> tuple[object, ...]:
    """All of a result but how long it took and what it ran in."""
    return (result.score, result.sections, result.remarks, result.integrity)


def _any_sandbox() -> Sandbox:
    """What all results are compared with was seen in one of the sandboxes: none of them may change a result."""
    return choose(next(name for name in ("bubblewrap", "landlock") if not SANDBOXES[name]()))


@cache
def _key() -> Key:
    """The course's key, made from a rubric and a reference with a canary in each file."""
    folder = Path(tempfile.mkdtemp(prefix="course-"))
    shutil.copytree(ROOT / "rubrics" / COURSE, folder / "rubric")
    shutil.copytree(ROOT / "reference" / COURSE, folder / "reference")
    (folder / "rubric" / "mistakes.yaml").unlink()  # naming mistakes is attacked elsewhere; it would take as long again
    driver = find_driver(folder / "rubric" / "driver")
    assert driver is not None  # it is meant to be in the sandbox, so no canary goes into it
    for path in folder.rglob("*"):
        if path.suffix == ".yaml":
            path.write_text(f"# {CANARY}{path.stem}\n" + path.read_text("utf-8"), "utf-8")
        elif path.suffix == ".py" and not path.is_relative_to(driver):
            with path.open("a", encoding="utf-8") as file:
                file.write(f'\n{path.stem.upper().strip("_")}_SECRET = "{CANARY}{path.stem}"\n')
    rubric = folder / "rubric" / "rubric.yaml"
    rubric.write_text(rubric.read_text("utf-8") + f"reference: {folder / 'reference'}\n", "utf-8")
    return prepare(load_rubric(rubric), SEED, {"digits": load("digits")}, _any_sandbox(), LIMITS)


@cache
def _brief_key() -> Key:
    """The same with a few criteria of all kinds of work."""
    key = _key()
    sections = [
        replace(section, criteria=tuple(c for c in section.criteria if c.id in BRIEF))
        for section in key.rubric.sections
    ]
    return replace(key, rubric=replace(key.rubric, sections=tuple(s for s in sections if s.criteria)))


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


def made() -> Mapping[str, Made]:
    """The attacks by a file or a text."""
    for path in sorted((HERE / "attacks").glob("*.py")):
        import_module(f"attacks.{path.stem}")
    return MADE
