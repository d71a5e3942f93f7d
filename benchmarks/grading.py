"""What grading costs, as ratios against yardsticks measured in the same run.

The floor is the same checks on the same hand-in in one warm process: no worker, no wire, no driver that has to find out
how the hand-in is called. Run it as `python benchmarks/grading.py`; `--json FILE` keeps the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as the sandbox has it


from homework.direct import Direct, Vocabulary, modules
from homework.spent import Cost, cost, counts_all

from grader.channel import Channel
from grader.data import load
from grader.driver import Driver, read_driver
from grader.errors import SandboxError
from grader.grading import Key, judge, look, observe_in, prepare
from grader.intake import Intake, take
from grader.mistakes.bank import Bank
from grader.mistakes.feedback import explain
from grader.model import Observation, Observations
from grader.probes import Setting
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import Sandbox, choose
from grader.sandbox.nursery import Nursery
from grader.session import Limits, Session

ROOT = Path(__file__).resolve().parent.parent
COURSE = "gatech-cs7643-a1"
EXAMPLE = ROOT / "submissions_example" / COURSE / "hand-in-06"
WITH_MISTAKES = ("hand-in-03", "hand-in-05", "hand-in-06", "hand-in-07", "hand-in-09")  # one of them named by nobody
SEED = 7


def main() -> None:
    """Measure, print, and keep the numbers where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", type=Path, help="write the numbers to this file")
    arguments.add_argument("--runs", type=int, default=7)
    options = arguments.parse_args()
    numbers: dict[str, float] = {}
    for measure in (grading, recognising, starting, isolating, checking):
        numbers |= measure(options.runs)
    for label, value in numbers.items():
        print(f"{label:<78} {value:>9.3f}")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


def grading(runs: int) -> dict[str, float]:
    """One hand-in: graded as in a class, in a worker that is forked for it, over the floor."""
    rubric = load_rubric(find_rubric(COURSE))
    data = {"digits": load("digits")}
    sandbox = choose("auto")
    key = prepare(rubric, SEED, data, sandbox)
    intake, nursery = take(rubric.reference), Nursery(sandbox)

    def graded() -> None:
        look(intake.submission, intake.files, key, nursery)

    graded()
    floor, whole = [], []
    for _ in range(runs):  # in turn, so that a slow moment of the machine meets both
        floor.append(seconds(lambda: at_the_floor(key)))
        whole.append(seconds(graded))
    nursery.close()
    cold = [seconds(lambda: look(intake.submission, intake.files, key, sandbox)) for _ in range(runs)]
    return {
        "the same checks in one warm process: the floor, ms": 1e3 * statistics.median(floor),
        f"one hand-in graded, forked worker ({sandbox.name}), ms": 1e3 * statistics.median(whole),
        "  over the floor (target 1.5)": statistics.median(w / f for w, f in zip(whole, floor, strict=True)),
        "one hand-in graded, worker started for it, ms": 1e3 * statistics.median(cold),
    }


def recognising(runs: int) -> dict[str, float]:
    """What naming known mistakes adds to looking at hand-ins that lost points, once the bank is there."""
    rubric = load_rubric(find_rubric(COURSE))
    data, sandbox = {"digits": load("digits")}, choose("auto")
    key, bank = prepare(rubric, SEED, data, sandbox), Bank(rubric, sandbox)
    without, within = [], []
    for name in WITH_MISTAKES:
        intake = take(EXAMPLE.with_name(name))
        alone: list[float] = []
        named: list[float] = []

        def looked(intake: Intake = intake) -> None:
            with Session(intake.files, read_driver(rubric.driver), sandbox) as session:
                judge(key, intake.submission, observe_in(session, intake.submission, rubric, SEED, data))

        def diagnosed(intake: Intake = intake) -> None:
            explain(*look(intake.submission, intake.files, key, sandbox), bank, SEED)

        diagnosed()
        for _ in range(runs):
            alone.append(seconds(looked))
            named.append(seconds(diagnosed))
        without.append(statistics.median(alone))
        within.append(statistics.median(named))
    return {
        f"{len(WITH_MISTAKES)} wrong hand-ins looked at and judged, ms each": 1e3 * statistics.mean(without),
        "  with their mistakes recognised, over that (target 1.15)": sum(within) / sum(without),
    }


def starting(runs: int) -> dict[str, float]:
    """From nothing to a worker that is ready, and what the first hand-in waits for; over a bare `import numpy`."""
    names = [name for name in ("process", "bubblewrap") if _works(name)]
    actions = {"python -c 'import numpy'": lambda: seconds(bare)}
    for name in names:
        actions[f"{name}: start to ready"] = partial(_until_ready, choose(name))
        actions[f"{name}: worker at hand, load, first answer"] = partial(_at_hand, name)
    nurseries = {name: Nursery(choose(name)) for name in names}
    for name, nursery in nurseries.items():
        actions[f"{name}: forked, to ready"] = partial(_until_ready, nursery)
        _until_ready(nursery)  # once numpy is there
    taken = in_turn(actions, runs)
    for nursery in nurseries.values():
        nursery.close()
    yardstick = taken.pop("python -c 'import numpy'")
    numbers = {"python -c 'import numpy', ms": 1e3 * statistics.median(yardstick)}
    for label, each in taken.items():
        numbers[f"{label}, ms"] = 1e3 * statistics.median(each)
        numbers[f"  {label}, over that (target 1.3)"] = over(each, yardstick)
    return numbers


def isolating(runs: int) -> dict[str, float]:
    """A whole hand-in in the sandbox over the plain process, each with a worker at hand, as in a batch."""
    if not _works("bubblewrap"):
        return {}
    rubric = load_rubric(find_rubric(COURSE))
    data = {"digits": load("digits")}
    key, intake = prepare(rubric, SEED, data, choose("auto")), take(EXAMPLE)

    def whole(name: str) -> float:
        sandbox = choose(name)
        warm = sandbox.start(Limits())
        time.sleep(0.5)
        return seconds(lambda: look(intake.submission, intake.files, key, sandbox, warm=warm))

    taken = in_turn({name: partial(whole, name) for name in ("process", "bubblewrap")}, runs)
    ratio = over(taken["bubblewrap"], taken["process"])
    return {"one hand-in in bubblewrap, over a plain process (target 1.15)": ratio}


def bare() -> None:
    """The yardstick of a start."""
    subprocess.run([sys.executable, "-c", "import numpy"], check=True)


def _works(name: str) -> bool:
    try:
        choose(name)
    except SandboxError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True


def _until_ready(sandbox: Sandbox) -> float:
    limits = Limits()
    started = time.perf_counter()
    channel = Channel(sandbox.start(limits), limits.output)
    try:
        channel.up(time.monotonic() + limits.start)
        return time.perf_counter() - started
    finally:
        channel.kill()


def _at_hand(name: str) -> float:
    files = {"models.py": b"x = 1\n"}
    driver = Driver.of(b"class Driver:\n    def __init__(self, handin): pass\n    def ready(self): return True\n")
    sandbox = choose(name)
    warm = sandbox.start(Limits())
    time.sleep(0.5)
    with Session(files, driver, sandbox, warm=warm) as session:
        return seconds(lambda: session.student().call("ready"))


def checking(runs: int) -> dict[str, float]:
    """`grader check` as a student types it, cold: until the first line, until the end, and the CPU of all processes."""
    imports = statistics.median(seconds(bare) for _ in range(runs))
    numbers = {}
    for name, what in (("hand-in-01", "a right hand-in"), ("hand-in-05", "a wrong one")):
        firsts, costs = _checked(EXAMPLE.with_name(name), runs)
        label = f"grader check, {what}"
        numbers[f"{label}: first line, s beyond numpy's import (target 0.3)"] = statistics.median(firsts) - imports
        done = statistics.median(each.wall for each in costs) - imports
        numbers[f"{label}: all done, s beyond numpy's import (target 0.8)"] = done
        counted = "of all its processes" if counts_all() else "without bubblewrap's"
        numbers[f"  {what}: CPU {counted}, s"] = statistics.median(each.cpu for each in costs)
    return numbers


def _checked(hand_in: Path, runs: int) -> tuple[list[float], list[Cost]]:
    """Of each run, when the first line came, and what all of it cost."""
    command, firsts = [sys.executable, "-m", "grader", "check", str(hand_in)], []

    def once() -> None:
        firsts.append(_first_line(command))

    costs = [cost(once) for _ in range(runs + 1)]
    return firsts[1:], costs[1:]  # the first may see the course's known mistakes, once for good


def _first_line(command: Sequence[str]) -> float:
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        first = time.perf_counter() - started
        process.stdout.read()
    return first


def at_the_floor(key: Key) -> Observations:
    """Every check of the rubric on the reference, called directly."""
    rubric, size = key.rubric, next(iter(key.rubric.sizes))
    setting = Setting(SEED, rubric.sizes[size], rubric.models, key.data)
    student: Any = Direct(Vocabulary(modules(rubric.reference)))
    seen = {}
    for criterion in rubric.criteria:
        if criterion.kind != "structure":
            seen[criterion.id] = Observation(criterion.check.observe(student, setting.named(criterion.id)))
    return Observations("", size, seen)


def in_turn(actions: Mapping[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    """What each action says that it took, one after the other: a slow moment of the machine meets all of them."""
    for action in actions.values():
        action()
    rounds = [{name: action() for name, action in actions.items()} for _ in range(runs)]
    return {name: [each[name] for each in rounds] for name in actions}


def over(taken: Sequence[float], yardstick: Sequence[float]) -> float:
    """The median ratio of what was measured side by side."""
    return statistics.median(one / other for one, other in zip(taken, yardstick, strict=True))


def seconds(action: Callable[[], Any]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
