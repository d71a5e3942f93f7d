"""What Dask costs for each hand-in: real content that nobody grades, on a real scheduler of this machine.

`python benchmarks/cluster.py --hand-ins 20000`; the cost of one should not depend on how many there are. It ends with
exit code 1 where it does. `--write` keeps the table in benchmarks/results/.
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
from dataclasses import dataclass, replace
from pathlib import Path

from grader.batch import Graded, Outcome, Plan, Task, Work, cluster
from grader.intake import take
from grader.model import Score

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "submissions_example" / "gatech-cs7643-a1" / "hand-in-01"
RESULTS = HERE / "results" / "cluster.md"
WARM = 200
LINEAR = 1.25  # how much more one of all may cost than one of an eighth of them
TITLE = """\
What a hand-in that nobody grades costs on a Dask scheduler and two workers, in milliseconds. CPU time is what tells;
wall time has in it whatever else the machine did."""
HEAD = """\
| hand-ins | wall | CPU of who started it | CPU of the scheduler | CPU of the workers |
| ---: | ---: | ---: | ---: | ---: |"""


def main() -> int:
    """Measure at an eighth, a quarter, a half and all of them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hand-ins", type=int, default=20_000)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(HERE.parent)}")
    options = arguments.parse_args()
    rows = []
    print(HEAD, flush=True)
    with dask(options.workers) as address:
        _send(address, WARM)
        for count in (options.hand_ins // 8, options.hand_ins // 4, options.hand_ins // 2, options.hand_ins):
            rows.append(_measured(address, count))
            print(_line(rows[-1]), flush=True)
    if options.write:
        RESULTS.write_text("\n".join([TITLE, "", HEAD, *map(_line, rows), ""]), "utf-8")
    few, all_ = (sum(row.cpu) for row in (rows[0], rows[-1]))
    print(f"One of {rows[-1].count:,} costs {all_ / few:.2f} times what one of {rows[0].count:,} does.")
    return 0 if all_ < LINEAR * few else 1


@dataclass(frozen=True, slots=True)
class Row:
    """What one of so many hand-ins cost, in milliseconds."""

    count: int
    wall: float
    cpu: tuple[float, ...]  # of who sends and writes, of the scheduler, of all workers


def _measured(address: str, count: int) -> Row:
    before = _spent(address)
    wall = _send(address, count)
    cpu = (after - earlier for after, earlier in zip(_spent(address), before, strict=True))
    return Row(count, 1e3 * wall / count, tuple(1e3 * seconds / count for seconds in cpu))


def _line(row: Row) -> str:
    return f"| {row.count:,} | {row.wall:.2f} | {' | '.join(f'{ms:.2f}' for ms in row.cpu)} |"


def _spent(address: str) -> tuple[float, ...]:
    """The CPU seconds so far of this process, the scheduler and the workers."""
    import distributed

    with distributed.Client(address, set_as_default=False) as client:
        scheduler = client.run_on_scheduler(time.process_time)
        return time.process_time(), scheduler, sum(client.run(time.process_time).values())


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
    sys.exit(main())
