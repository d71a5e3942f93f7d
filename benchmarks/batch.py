"""A class of many hand-ins made from the examples, graded by one command: wall time, and the memory of the grader.

The yardstick is the bare compute over the cores: the same checks of the same hand-ins' code, called directly in a warm
process, measured in this run. It is told for one process alone, and for as many at once as there are jobs, for
processors share caches and more. A hand-in that cannot be imported as a whole counts as no compute.
`python benchmarks/batch.py --hand-ins 1000 --jobs 2`; what a PDF costs is told by itself.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as the sandbox has it

import numpy as np
from grading import COURSE, ROOT, SEED, seconds
from homework.direct import Direct, Vocabulary, modules

from grader import report
from grader.data import load
from grader.exports.json import from_json
from grader.probes import Setting
from grader.rubric import find_rubric, load_rubric

KINDS = ("hand-in-01", "hand-in-03", "hand-in-05", "hand-in-06", "hand-in-07", "hand-in-09")
"""Right ones and typical mistakes; no loop over single numbers, which would be bare compute that is not counted."""
EARLY = 100  # the hand-in from which memory is to stay flat
OFTEN = 0.25  # seconds between two looks at the memory


def main() -> None:
    """Make the class, grade it, and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hand-ins", type=int, default=1000)
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--json", type=Path, help="write the numbers to this file")
    options = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="grader-class-"))
    try:
        make_class(folder / "in", options.hand_ins)
        numbers = measured(folder, options.hand_ins, options.jobs)
    finally:
        shutil.rmtree(folder)
    for label, value in numbers.items():
        print(f"{label:<76} {value:>10.3f}")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


def make_class(place: Path, count: int) -> None:
    """Hand-ins of several kinds, no two of which have the same content."""
    examples = ROOT / "submissions_example" / COURSE
    for number in range(count):
        folder = place / f"student-{number:05}"
        shutil.copytree(examples / KINDS[number % len(KINDS)], folder)
        source = next(path for path in sorted(folder.rglob("*.py")) if path.stat().st_size)
        source.write_text(f"{source.read_text('utf-8')}\n# {number}\n", "utf-8")


def measured(folder: Path, count: int, jobs: int) -> dict[str, float]:
    """One whole run, and what it is held against."""
    (bare, judged), (at_once, _) = bare_compute(1), bare_compute(jobs)
    options = ["--format", "json", "--rubric", COURSE, "--seed", str(SEED), "--jobs", str(jobs), "--quiet"]
    command = [sys.executable, "-m", "grader", "batch", str(folder / "in"), "-o", str(folder / "out"), *options]
    watch = Watch(folder / "out")
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT) as process:
        watch.start(process.pid)
    wall = time.perf_counter() - started
    watch.join()
    again = seconds(lambda: subprocess.run(command, cwd=ROOT, check=False))
    return {
        "bare compute of a hand-in in one warm process, ms": 1e3 * bare,
        "  with its judging, ms": 1e3 * judged,
        f"  in {jobs} of them at once, ms": 1e3 * at_once,
        f"{count} hand-ins, {jobs} jobs, no PDF: wall, s": wall,
        "  a hand-in, ms": 1e3 * wall / count,
        "  over bare compute by cores (target 1.25)": wall / (count * bare / jobs),
        "  over bare compute with judging": wall / (count * judged / jobs),
        "  over that of as many processes at once": wall / (count * at_once / jobs),
        **watch.told(count),
        "the same again, all unchanged: wall, s": again,
        **pdf_cost(folder / "out"),
    }


def bare_compute(processes: int) -> tuple[float, float]:
    """Seconds that the checks of a hand-in of the class take on average, in so many warm processes at once.

    Once as they look, and once as they also judge what they saw.
    """
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        looking, judging = zip(*pool.map(_bare_compute, range(processes), chunksize=1), strict=True)
    return statistics.mean(looking), statistics.mean(judging)


def _bare_compute(_: int, runs: int = 7) -> tuple[float, float]:
    rubric = load_rubric(find_rubric(COURSE))
    size = next(iter(rubric.sizes))
    setting = Setting(SEED, rubric.sizes[size], rubric.models, {"digits": load("digits")})
    students = [_direct(ROOT / "submissions_example" / COURSE / kind) for kind in KINDS]

    checks = [(each.check, setting.named(each.id)) for each in rubric.criteria if each.kind != "structure"]
    reference: Any = Direct(Vocabulary(modules(rubric.reference)))
    expected = [check.observe(reference, there) for check, there in checks]

    @np.errstate(all="ignore")  # some hand-ins overflow, which is theirs to mend
    def look(*, judging: bool = False) -> None:
        for student in filter(None, students):
            for (check, there), right in zip(checks, expected, strict=True):
                seen = check.observe(student, there)
                if judging:
                    check.judge(seen, right, there)

    look()
    taken = [(seconds(look), seconds(partial(look, judging=True))) for _ in range(runs)]
    looking, judging = (statistics.median(each) / len(KINDS) for each in zip(*taken, strict=True))
    return looking, judging


def _direct(folder: Path) -> Any:
    """The hand-in's own code, to be called directly; None where it cannot be imported."""
    top = next(path.parent for path in sorted(folder.rglob("models")) if path.is_dir())
    try:
        return Direct(Vocabulary(modules(top)))
    except SyntaxError:
        return None
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] in {"models", "optimizer", "utils"}]:
            del sys.modules[name]


class Watch(threading.Thread):
    """Looks at the memory of the grader's own processes, as results come in."""

    def __init__(self, out: Path) -> None:
        super().__init__(daemon=True)
        self._notes = out / ".observed" / "results"
        self._pid = 0
        self._seen: list[tuple[int, float]] = []  # results so far, and MiB

    def start(self, pid: int = 0) -> None:
        """Watch this process and those that it started itself; their sandboxes are not counted."""
        self._pid = pid
        super().start()

    def run(self) -> None:
        while (memory := _memory(self._pid)) is not None:
            done = sum(1 for _ in self._notes.glob("*.json")) if self._notes.is_dir() else 0
            self._seen.append((done, memory))
            time.sleep(OFTEN)

    def told(self, count: int) -> Mapping[str, float]:
        """Around the hundredth result, and at the last ones."""
        early = [memory for done, memory in self._seen if EARLY <= done < EARLY + max(20, count // 20)]
        late = [memory for done, memory in self._seen if count - max(20, count // 20) <= done < count]
        if not early or not late:
            return {}
        first, last = statistics.median(early), statistics.median(late)
        return {
            "memory of the grader's processes at the 100th, MiB": first,
            "  at the last, MiB": last,
            "  the last over the 100th (target 1.2)": last / first,
        }


def _memory(pid: int) -> float | None:
    """Of a process and its children, in MiB; None when it has ended."""
    try:
        children = [int(each) for task in Path(f"/proc/{pid}/task").iterdir() for each in _children(task)]
        return _resident(pid) + sum(map(_resident, children))
    except (OSError, ValueError):
        return None


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:  # a thread that has just ended
        return []


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def pdf_cost(out: Path, runs: int = 6) -> dict[str, float]:
    """What a PDF adds, in a process that has made one before."""
    if report.pdf_problem():
        return {}
    results = [from_json(path.read_text("utf-8")) for path in sorted(out.glob("*/result.json"))[:runs]]
    renderer = report.Renderer()
    renderer.pdf(results[0])
    started = time.process_time()
    for each in results:
        renderer.pdf(each)
    return {"a PDF on top, CPU ms": 1e3 * (time.process_time() - started) / len(results)}


if __name__ == "__main__":
    main()
