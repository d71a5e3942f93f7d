"""What Dask costs for each hand-in: real content that nobody grades, on a real scheduler of this machine.

`python benchmarks/cluster.py --hand-ins 20000`; the cost of one should not depend on how many there are.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from grader.batch import Graded, Outcome, Plan, Task, Work, cluster
from grader.intake import take
from grader.model import Score

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "submissions_example" / "gatech-cs7643-a1" / "hand-in-01"
WARM = 200


def main() -> None:
    """Measure at an eighth, a quarter, a half and all of them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hand-ins", type=int, default=20_000)
    arguments.add_argument("--workers", type=int, default=2)
    options = arguments.parse_args()
    with dask(options.workers) as address:
        _send(address, WARM)
        for count in (options.hand_ins // 8, options.hand_ins // 4, options.hand_ins // 2, options.hand_ins):
            began = time.process_time()
            wall = 1e3 * _send(address, count) / count
            here = 1e3 * (time.process_time() - began) / count
            print(f"{count:>7} hand-ins: {wall:6.2f} ms each, of which {here:6.2f} ms CPU of the client", flush=True)


def nothing(work: Work, plan: Plan) -> Graded:
    """What a worker does with a hand-in here."""
    return Graded(Outcome(work.task, Score(1, 1), complete=True), {"json": b"{}"})


def _send(address: str, count: int) -> float:
    started = time.perf_counter()
    done = sum(1 for _ in cluster.engine(address, nothing)(_works(count), Plan(b"", {}, "process", frozenset())))
    assert done == count
    return time.perf_counter() - started


def _works(count: int) -> Iterator[Work]:
    intake = take(EXAMPLE)
    for number in range(count):
        task = Task(f"student-{number:05}", EXAMPLE, EXAMPLE)
        yield Work(task, replace(intake.submission, id=task.id), intake.files)


@contextmanager
def dask(workers: int) -> Iterator[str]:
    """The address of a scheduler with so many workers of one thread each."""
    import distributed

    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/scheduler.json"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
        place = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", file]
        commands = [
            ["distributed.cli.dask_scheduler", *place, "--port", "0"],
            ["distributed.cli.dask_worker", *place, "--nworkers", str(workers), "--nthreads", "1"],
        ]
        quiet = subprocess.DEVNULL
        started = [
            subprocess.Popen([sys.executable, "-m", *each], env=environment, cwd=folder, stdout=quiet, stderr=quiet)
            for each in commands
        ]
        try:
            with distributed.Client(scheduler_file=file, timeout=30, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=60)
                yield client.scheduler.address
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


if __name__ == "__main__":
    sys.modules.setdefault("cluster", sys.modules[__name__])
    nothing.__module__ = "cluster"  # by this name the workers find it
    main()
