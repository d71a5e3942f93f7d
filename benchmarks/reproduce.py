"""The accuracies, losses and norms that hand-ins of the courses published, beside those of our references.

    python benchmarks/reproduce.py --data mnist=FOLDER [--data ps5=FILE] [--torch PYTHON]

Each reference is trained as its course says, through the same machinery as a student's write-up, with three seeds. A
run that is done is kept in the cache, so the command may be interrupted and given again. With --write the table goes to
benchmarks/results/ as Markdown and JSON, with the machine it was made on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as the sandbox has it: two runs at once are faster than two threads in one

import numpy as np

from grader.data import load, parse_data_option
from grader.driver import read_driver
from grader.experiments import Bench, Outcome, Run, Settings, Splits, perform
from grader.intake import take
from grader.kept import Kept
from grader.sandbox import choose
from grader.writeup import FILE, Row, Writeup, load_writeup, repeat, splits

# isort: split
from published import (
    BEFORE,
    COURSES,
    PS5,
    PS5_NOTE,
    TWIN_EPOCHS,
    TWIN_NOTE,
    Bound,
    Configuration,
    Target,
    near,
    relative,
)

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SEEDS = (0, 1, 2)
LONGEST = 4 * 3600.0  # seconds for one run, on a machine that is busy with other things


@dataclass(frozen=True)
class Line:
    """One line of the table: a published number beside ours."""

    label: str
    value: str
    published: tuple[float, ...]
    ours: tuple[float | None, ...] = ()  # by seed
    bound: str = ""
    holds: bool | None = None  # None where there is no bound, or nothing to hold it against
    problem: str = ""

    @property
    def median(self) -> float | None:
        """The middle of what the seeds gave."""
        found = [value for value in self.ours if value is not None]
        return median(found) if found else None


@dataclass(frozen=True)
class Cost:
    """What runs took, this time's and kept ones: seconds of a processor, and seconds that passed."""

    runs: int = 0
    cpu: float = 0.0
    wall: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.runs + other.runs, self.cpu + other.cpu, self.wall + other.wall)


@dataclass(frozen=True)
class Part:
    """The lines of one course, and what they cost."""

    title: str
    note: str
    lines: tuple[Line, ...]
    cost: Cost


@dataclass
class Machinery:
    """What all parts share."""

    jobs: int
    kept: Kept
    costs: Kept
    spent: list[Cost] = field(default_factory=list)
    before: float = 0.0

    def watch(self, bench: Bench) -> Callable[[Outcome], None]:
        """Tell that a run is done, and keep what it cost: a worker's time is counted when it is reaped."""
        self.before = _children()

        def done(outcome: Outcome) -> None:
            now = _children()
            digest = bench.name(outcome.run)
            if not outcome.known:
                self.costs.put(digest, {"cpu": round(now - self.before, 1)})
            self.before = now
            cpu = float((self.costs.get(digest) or {}).get("cpu", np.nan))
            self.spent.append(Cost(1, cpu, outcome.seconds))
            told = outcome.failure.message if outcome.failure else f"{cpu} s of a processor"
            print(f"{'kept' if outcome.known else 'done'}: {dict(outcome.run.settings)}: {told}", file=sys.stderr)

        return done

    def taken(self) -> Cost:
        """What a part cost; after that the next one begins."""
        cost = sum(self.spent, Cost())
        self.spent.clear()
        return cost


TWIN = """
import json, sys, time
import numpy as np
import torch
from torch_twin import build, train_twin
torch.set_num_threads(1)
seed, epochs, *parts = json.load(sys.stdin)
x, x_test, y, y_test = map(np.array, parts)
_, test = train_twin(build(seed), x, y, x_test, y_test, epochs=epochs)
place = int(np.argmin(test))
told = {"first": test[0], "least": test[place], "epoch": place, "last": test[-1], "cpu": round(time.process_time(), 1)}
print(json.dumps(told))
"""


def main() -> int:
    """Train what was not trained before, print the table, and keep it where asked; 1 where a bound is missed."""
    options = _options()
    data = dict(options.data)
    if not data:
        print("Nothing to train: say where the data are, --data mnist=FOLDER and --data ps5=FILE.")
        return 0
    machinery = Machinery(options.jobs, Kept("reproduce", options.keep), Kept("reproduce-costs", options.keep))
    machine, started = describe(), time.monotonic()
    parts: list[Part] = []
    for part in reproduced(data, machinery, options.torch):
        parts.append(part)
        machine["seconds of this command"] = round(time.monotonic() - started)
        machine["load average at the end"] = _load()
        if options.write:
            write(parts, machine)
    print(as_markdown(parts, machine))
    return int(any(line.holds is False for part in parts for line in part.lines))


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=parse_data_option, action="append", default=[], help="mnist=… and ps5=…")
    arguments.add_argument("--jobs", type=int, default=2, help="how many runs at the same time")
    arguments.add_argument("--torch", default=sys.executable, help="a Python that has PyTorch, if this one has not")
    arguments.add_argument("--keep", type=Path, help="where runs that are done are kept; by default the cache")
    arguments.add_argument("--write", action="store_true", help="write benchmarks/results/reproduce.md and .json")
    return arguments.parse_args()


def reproduced(data: Mapping[str, Path], machinery: Machinery, python: str) -> Iterator[Part]:
    """Each course whose data are at hand."""
    if "mnist" in data:
        for title, course, note, configurations in COURSES:
            yield course_part(title, course, note, configurations, data["mnist"], machinery)
    if "ps5" in data:
        yield ps5_part(data["ps5"], machinery)
        yield twin_part(data["ps5"], python, machinery)


def course_part(
    title: str, course: str, note: str, configurations: Sequence[Configuration], mnist: Path, machinery: Machinery
) -> Part:
    """A course's reference, trained with its write-up's settings but for what each configuration says."""
    writeup = load_writeup(ROOT / "rubrics" / course / FILE)
    bench = _bench(course, splits(writeup.data, load("mnist", mnist)), writeup)
    once = {_key(each.settings): each.settings for each in configurations}  # two rows may be of one configuration
    rows = repeat(list(once.values()), SEEDS, writeup, bench, machinery.jobs, machinery.kept, machinery.watch(bench))
    found = dict(zip(once, rows, strict=True))
    lines = [line for each in configurations for line in _lines(each, found[_key(each.settings)])]
    return Part(title, note, tuple(lines), machinery.taken())


def _bench(course: str, rows: Splits, writeup: Writeup) -> Bench:
    driver = read_driver(ROOT / "rubrics" / course / "driver")
    files = take(ROOT / "reference" / course).files
    return Bench(files, driver, rows, choose("process"), writeup.best_by, LONGEST)  # the code is our own


def _lines(configuration: Configuration, row: Row) -> Iterator[Line]:
    for target in configuration.targets:
        ours = [target.read(value) for value in row.values[target.value]]
        yield _line(configuration.label, target, ours, "; ".join(row.problems))


def _line(label: str, target: Target, ours: Sequence[float | None], problem: str = "") -> Line:
    line = Line(label, target.name, target.published, tuple(ours), target.bound.text, problem=problem)
    if target.bound.holds is None or line.median is None or problem or None in ours:
        return line  # the median of fewer seeds than were asked for is not the one that is bounded
    return replace(line, holds=target.bound.holds(line.median, target.published))


def _key(settings: Settings) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(settings.items()))


# problem set 5: one training, from the published weights


def ps5_part(table: Path, machinery: Machinery) -> Part:
    """The losses of the network from scratch, which are the same to the last digit wherever they are computed."""
    writeup = load_writeup(ROOT / "rubrics" / "physics-ps5" / FILE)
    bench = _bench("physics-ps5", _as_published(table), writeup)
    run = Run("repeat", {**writeup.settings, "seed": 0}, "seed 0")
    watch = machinery.watch(bench)
    (outcome,) = perform([run], bench, 1, machinery.kept)
    watch(outcome)
    losses = dict(zip(outcome.places.get("train loss", ()), outcome.series.get("train loss", ()), strict=False))
    problem = outcome.failure.message if outcome.failure else ""
    lines = [
        _line(f"epoch {epoch:,}", Target("train loss", (loss,), _bound_of_loss(loss)), [losses.get(epoch)], problem)
        for epoch, loss in PS5.items()
    ]
    return Part("Problem set 5, from scratch", PS5_NOTE, tuple(lines), machinery.taken())


def _bound_of_loss(loss: float) -> Bound:
    return relative(1e-9) if loss != round(loss, 2) else near(0.005)  # some were published to two places only


def _as_published(table: Path) -> Splits:
    """The course's own table, as the hand-in prepared it: all columns standardised over all rows, before the split."""
    x_train, x_test, y_train, y_test = _prepared(table)
    given = {"X_train": x_train, "y_train": y_train, "X_test": x_test, "y_test": y_test, "classes": 2, "white": 1}
    return Splits(given, {}, "ps5", str(table.name))


def _prepared(table: Path) -> Any:
    preparation = runpy.run_path(str(ROOT / "reference" / "physics-ps5" / "preparation.py"))
    x, y = (preparation["standardise"](values)[0] for values in preparation["load_data"](table))
    return preparation["split"](x, y)


def twin_part(table: Path, python: str, machinery: Machinery) -> Part:
    """The same network in PyTorch: its test loss is least long before the end."""
    told = [_twin(seed, table, python, machinery) for seed in SEEDS]
    problem = next((each["problem"] for each in told if "problem" in each), "")
    lines = [
        _line("epoch 0", Target("test loss", (22.05,)), [each.get("first") for each in told], problem),
        _line("its minimum", Target("test loss", (6.565,)), [each.get("least") for each in told], problem),
        _line(
            "epoch of the minimum", Target("epoch", (33_000,), BEFORE), [each.get("epoch") for each in told], problem
        ),
        _line("the last", Target("test loss", (7.713,)), [each.get("last") for each in told], problem),
    ]
    cost = sum((Cost(1, each["cpu"]) for each in told if "cpu" in each), Cost())
    return Part("Problem set 5, in PyTorch", TWIN_NOTE, tuple(lines), cost)


def _twin(seed: int, table: Path, python: str, machinery: Machinery) -> Mapping[str, Any]:
    """What one training of the twin gave, in a Python that has PyTorch."""
    folder = ROOT / "reference" / "physics-ps5"
    content = (folder / "torch_twin.py").read_bytes(), table.read_bytes(), TWIN.encode()
    digest = hashlib.sha256(b"\0".join(content) + bytes([seed])).hexdigest()
    found = machinery.kept.get(digest)
    if found is not None:
        return found
    given = json.dumps([seed, TWIN_EPOCHS, *(part.tolist() for part in _prepared(table))])
    done = subprocess.run([python, "-c", TWIN], input=given, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        missing = "No module named 'torch'" in done.stderr
        return {"problem": "not run: PyTorch is not installed" if missing else done.stderr.strip()[-200:]}
    told: dict[str, Any] = json.loads(done.stdout)
    machinery.kept.put(digest, told)
    return told


# what comes out


def as_markdown(parts: Sequence[Part], machine: Mapping[str, Any]) -> str:
    """The table, one section for each part, and the machine."""
    lines = ["# Published numbers, and ours", "", *_summary(parts), ""]
    for part in parts:
        lines += [f"## {part.title}", "", part.note, "", *_table(part), ""]
        lines += [f"Runs: {part.cost.runs}; {_told(part.cost)}.", ""]
    lines += ["## The machine", "", *(f"- {name}: {value}" for name, value in machine.items())]
    return "\n".join(lines) + "\n"


def _summary(parts: Sequence[Part]) -> list[str]:
    bound = [line for part in parts for line in part.lines if line.bound]
    kept = sum(line.holds is True for line in bound)
    open_ = [f"- {_outcome(line)}: {line.label}, {line.value}" for line in bound if not line.holds]
    cost = sum((part.cost for part in parts), Cost())
    total = f"{cost.runs} runs took {cost.cpu:,.0f} s of a processor: {cost.cpu / 120:.1f} minutes on two idle cores."
    return [f"{kept} of {len(bound)} bounds are kept. {total}", *([""] if open_ else []), *open_]


def _told(cost: Cost) -> str:
    share = f" (the machine was shared: each had {100 * cost.cpu / cost.wall:.0f} % of one)" if cost.wall else ""
    return f"{cost.cpu:,.0f} s of a processor{share}"


def _table(part: Part) -> Iterator[str]:
    yield "| what | value | published | ours, median | by seed | bound | |"
    yield "|---|---|---|---|---|---|---|"
    for line in part.lines:
        shown = repr if "relative" in line.bound else _short
        seeds = " ".join("–" if each is None else shown(each) for each in line.ours) if len(line.ours) > 1 else ""
        middle = "–" if line.median is None else shown(line.median)
        cells = (line.label, line.value, " / ".join(map(shown, line.published)), middle, seeds, line.bound)
        yield f"| {' | '.join((*cells, _outcome(line)))} |"


def _outcome(line: Line) -> str:
    if line.holds is None:
        return line.problem
    return "kept" if line.holds else "**missed**"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.4f}"


def write(parts: Sequence[Part], machine: Mapping[str, Any]) -> None:
    """Put what there is so far beside the other measurements."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "reproduce.md").write_text(as_markdown(parts, machine), "utf-8")
    told = {"machine": machine, "parts": [_plain(part) for part in parts]}
    (RESULTS / "reproduce.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _plain(part: Part) -> dict[str, Any]:
    lines = [{**asdict(line), "median": line.median} for line in part.lines]
    return {**asdict(part), "lines": lines}


# the machine


def describe() -> dict[str, Any]:
    """The machine as far as it decides on times and last digits."""
    blas: Any = np.show_config(mode="dicts")
    library = blas["Build Dependencies"]["blas"]
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "numpy": f"{np.__version__} with {library['name']} {library['version']}, float64, one thread for each run",
        "code": _commit(),
        "load average at the start": _load(),
    }


def _processor() -> str:
    try:
        listed = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in listed.splitlines() if line.startswith("model name")), "")


def _commit() -> str:
    told = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return told.stdout.strip() or "unknown"


def _load() -> str:
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
