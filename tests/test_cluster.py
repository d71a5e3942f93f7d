"""A class on a Dask cluster: a real scheduler and two workers, one of which is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import class_samples as samples
import pytest
from test_batch import grader, make_class, tasks, without_timings

from grader.batch import Plan, cluster, run
from grader.errors import GraderError

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {"ALLOWED_FAILURES": "1", "WORKER_SATURATION": "1.0"}  # as docs/how-to/cluster.md tells


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers of one thread, each of which is started again when it dies."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    settings = {f"DASK_DISTRIBUTED__SCHEDULER__{name}": value for name, value in SETTINGS.items()}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, **settings, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
    place = ["--host", "127.0.0.1", "--no-dashboard"]
    commands = [
        ["distributed.cli.dask_scheduler", *place, "--port", "0", "--scheduler-file", str(file)],
        ["distributed.cli.dask_worker", *place, "--scheduler-file", str(file), "--nworkers", "2", "--nthreads", "1"],
    ]
    with (folder / "log").open("wb") as log:
        started = [
            subprocess.Popen([sys.executable, "-m", *each], env=environment, cwd=folder, stdout=log, stderr=log)
            for each in commands
        ]
        try:
            with distributed.Client(scheduler_file=str(file), timeout=120, set_as_default=False) as client:
                client.wait_for_workers(2, timeout=180)
                yield client.scheduler.address
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def _kill_a_worker(address: str, out: Path) -> None:
    """Once the first hand-in is graded, kill one of the workers with whatever it does."""
    with distributed.Client(address, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
        while not list(out.glob("*/result.json")):
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_gives_the_same_results(scheduler: str, quick: Path, tmp_path: Path) -> None:
    path = make_class(tmp_path / "in", 12)
    options = ["--rubric", quick, "--format", "json", "--seed", 7, "--sandbox", "process", "--trust-submissions", "-q"]
    assert grader("batch", path, "-o", tmp_path / "local", *options).exit_code == 3
    killing = threading.Thread(target=_kill_a_worker, args=(scheduler, tmp_path / "dask"))
    killing.start()
    ended = grader("batch", path, "-o", tmp_path / "dask", *options, "--engine", "dask", "--scheduler", scheduler)
    killing.join()
    assert ended.exit_code == 3
    assert without_timings(tmp_path / "dask") == without_timings(tmp_path / "local")


@pytest.mark.slow
def test_a_hand_in_that_kills_its_worker_twice_is_set_aside(scheduler: str, tmp_path: Path) -> None:
    plan = Plan(b"", {}, "process", frozenset({"json"}))
    engine = cluster.engine(scheduler, samples.die_over_b)
    outcomes = {each.task.id: each.problem for each in run(tasks(tmp_path, "abcdef"), plan, engine)}
    assert {id_: problem for id_, problem in outcomes.items() if problem} == {
        "b": "Dask lost 2 workers over this hand-in: it is set aside."
    }
    assert sorted(outcomes) == list("abcdef")


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.2)
    engine = cluster.engine("tcp://127.0.0.1:1")
    with pytest.raises(GraderError, match="no Dask scheduler at"):
        list(run(tasks(tmp_path, "a"), Plan(b"", {}, "process", frozenset({"json"})), engine))
