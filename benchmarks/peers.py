"""Graders that people use today and this one, in one run on one homework: what a hand-in costs, over the floor.

Every one makes the calls that the rubric's checks make, with the same inputs, compares with the same answers, and
trains as shortly. The floor is those checks in one warm process; it is measured beside each, so that a slow moment of
the machine meets both. Each peer is installed into an environment of its own under `~/.cache/dlgrader-peers`; where
that cannot be, it is skipped, and the reason written down. A peer counts when it passes a right hand-in, and fails a
wrong one in the one check that it should.

`python benchmarks/peers.py --only check50 --hand-ins 10` measures some of them anew and keeps the other rows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # as the sandbox has it

from grading import COURSE, SEED, at_the_floor
from homework import graders, ours
from homework.graders import Bench, PeerError
from homework.recording import FAILS, FORGERY, material, one_file, spoiled
from homework.spent import Cost, cost

from grader.data import load
from grader.grading import Key, prepare
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose

RESULTS = Path(__file__).resolve().parent / "results"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlgrader-peers"
SKIPPED = {"prairielearn": "its grader for Python is no package; it comes as an image for Docker"}
Row = dict[str, Any]


def main() -> None:
    """Measure, print, and keep each row as soon as it is there."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", action="append", metavar="NAME", help="measure this one, and keep the other rows")
    arguments.add_argument("--hand-ins", type=int, default=10, help="of each peer")
    arguments.add_argument("--ours", type=int, default=100, help="of a batch of this grader")
    options = arguments.parse_args()
    rubric = load_rubric(find_rubric(COURSE))
    key = prepare(rubric, SEED, {"digits": load("digits")}, choose("auto"))
    for name in options.only or [*ours.MEASURES, *graders.GRADERS, *SKIPPED]:
        row = measured(name, key, options.ours if name in ours.CLASSES else options.hand_ins)
        kept = {**rows(), name: row}
        (RESULTS / "peers.json").write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
        print(name, row, file=sys.stderr, flush=True)
    (RESULTS / "peers.md").write_text(table(rows()), "utf-8")
    print(table(rows()))


def rows() -> dict[str, Row]:
    """What has been measured."""
    path = RESULTS / "peers.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def measured(name: str, key: Key, count: int) -> Row:
    """One row: what a hand-in costs, over floors that were measured around it; or why it is not there."""
    if name in SKIPPED:
        return {"skipped": SKIPPED[name]}
    place = Path(tempfile.mkdtemp(prefix=f"peer-{name}-"))
    floors = floor(key)
    try:
        if name in ours.MEASURES:
            (spent, what), forged = ours.MEASURES[name](place, key, count), False
        else:
            spent, what, forged = peer(name, place, key, count)
    except PeerError as error:
        return {"skipped": str(error)}
    finally:
        shutil.rmtree(place)
    bare = statistics.median([*floors, *floor(key)])
    rounded = {"cpu": round(spent.cpu, 4), "wall": round(spent.wall, 4), "floor": round(bare, 4)}
    return {"what": what, "hand-ins": count, **rounded, "ratio": round(spent.cpu / bare, 2), "forged": forged}


def floor(key: Key, runs: int = 7) -> list[float]:
    """CPU seconds of the bare checks in this process, which has done them before."""
    at_the_floor(key)
    taken = []
    for _ in range(runs):
        started = time.process_time()
        at_the_floor(key)
        taken.append(time.process_time() - started)
    return taken


def peer(name: str, place: Path, key: Key, count: int) -> tuple[Cost, str, bool]:
    """What a hand-in costs with this peer, once it has told a right one from a wrong one; and whether one can forge."""
    grader, source = graders.GRADERS[name], one_file(key.rubric.reference)
    programs, stuff = installed(name), material(place / "material", key, SEED)

    def bench(folder: str, hand_ins: Mapping[str, str]) -> Bench:
        (place / folder).mkdir()
        made = Bench(name, programs, stuff, place / folder, hand_ins)
        grader.begin(made)
        return made

    trial = bench("trial", {"right": source, "wrong": spoiled(source), "forger": spoiled(source) + FORGERY})
    grader.grade(trial)
    told = dict(grader.told(trial))
    forged = all(told.pop("forger").values())
    right, wrong = dict.fromkeys(trial.checks, True), dict.fromkeys(trial.checks, True) | {FAILS: False}
    expect(name, told, {"right": right, "wrong": wrong})
    group = bench("class", {f"student-{number:03}": f"{source}\n# {number}\n" for number in range(count)})
    spent = cost(lambda: grader.grade(group))
    expect(name, grader.told(group), dict.fromkeys(group.hand_ins, right))
    return spent.each(count), grader.WHAT, forged


def expect(name: str, told: graders.Told, wanted: graders.Told) -> None:
    """A run that graded nothing, or wrongly, is no measurement."""
    if {each: dict(checks) for each, checks in told.items()} != wanted:
        raise PeerError(f"{name} told {json.dumps(told)[:800]}")


def installed(name: str) -> Path:
    """The folder of this peer's programs, in an environment of its own."""
    place, wanted = CACHE / name, (graders.FILES / name / "requirements.txt").read_text("utf-8")
    mark = place / "requirements.txt"
    if not mark.is_file() or mark.read_text("utf-8") != wanted:
        _command([sys.executable, "-m", "venv", str(place)])
        _command([str(place / "bin" / "pip"), "install", "-q", "-r", str(graders.FILES / name / "requirements.txt")])
        mark.write_text(wanted, "utf-8")
    return place / "bin"


def _command(argv: Sequence[str]) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(f"it cannot be installed here: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")


def table(kept: Mapping[str, Row]) -> str:
    """The rows as Markdown, the cheapest first."""
    lines = [
        "# One hand-in: this grader and its peers",
        "",
        "Written by `python benchmarks/peers.py`. The floor is the same checks in one warm process, in turn.",
        "Forged: a wrong hand-in that replaces the function which compares got all points.",
        "",
        "| grader | how it is run | hand-ins | CPU, ms | wall, ms | floor, ms | CPU over the floor | forged |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    there = {name: row for name, row in kept.items() if "skipped" not in row}
    for name, row in sorted(there.items(), key=lambda item: float(item[1]["ratio"])):
        cpu, wall, bare = (f"{1e3 * row[part]:.0f}" for part in ("cpu", "wall", "floor"))
        forged = "yes" if row["forged"] else "no"
        numbers = f"{row['hand-ins']} | {cpu} | {wall} | {bare} | {row['ratio']:.2f}"
        lines.append(f"| {name} | {row['what']} | {numbers} | {forged} |")
    skipped = [f"- {name} was skipped: {row['skipped']}." for name, row in kept.items() if "skipped" in row]
    return "\n".join([*lines, "", *skipped]).rstrip() + "\n"


if __name__ == "__main__":
    main()
