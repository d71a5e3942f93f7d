"""Nothing of a worker outlives it: no process, no folder, and nothing that a killed grader had begun."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sandbox_samples import LIMITS, children, left_behind, linux_only, usable

from grader.sandbox import bubblewrap
from grader.sandbox.bubblewrap import BubblewrapSandbox
from grader.sandbox.linux import harden_grader, sweep
from grader.worker.removal import remove

KILLED_GRADERS = """
import os, random, signal, time
from pathlib import Path
from grader.sandbox import bubblewrap
from grader.sandbox.base import Limits

sandbox = bubblewrap.BubblewrapSandbox()
sandbox.start(Limits()).kill()  # what is read once is read
for _ in range(40):
    grader = os.fork()
    if not grader:
        sandbox.start(Limits())
        time.sleep(60)
    time.sleep(random.Random(grader).uniform(0, 0.04))
    os.kill(grader, signal.SIGKILL)
    os.waitpid(grader, 0)
until = time.monotonic() + 60
while list(bubblewrap._stranded()) and time.monotonic() < until:  # a busy machine takes its time
    time.sleep(0.1)
print(len(list(bubblewrap._stranded())))
"""


@linux_only
@pytest.mark.slow
def test_a_grader_that_is_killed_while_bubblewrap_starts_leaves_nothing() -> None:
    usable("bubblewrap")
    ended = subprocess.run(
        [sys.executable, "-c", KILLED_GRADERS],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert ended.stdout == "0\n"


@linux_only
def test_what_a_killed_grader_left_is_ended_by_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    usable("bubblewrap")
    reading, info = os.pipe()
    os.close(reading)  # bubblewrap ends over it, as it did when a grader was killed
    monkeypatch.setattr(bubblewrap, "_info_file", lambda: os.dup(info))
    worker = BubblewrapSandbox().start(LIMITS)
    worker._popen.wait()
    worker._close()
    monkeypatch.undo()
    os.close(info)
    left = set(bubblewrap._stranded())
    bubblewrap._end_stranded.cache_clear()
    BubblewrapSandbox().start(LIMITS).kill()
    assert left
    assert not left & set(bubblewrap._stranded())


@linux_only
def test_a_daemonised_grandchild_is_swept(tmp_path: Path) -> None:
    harden_grader()
    daemon = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0: print(os.getpid(), flush=True); time.sleep(60)\n"
        "    os._exit(0)\n"
    )
    command = [sys.executable, "-S", "-c", daemon]
    env = {"HOME": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, start_new_session=True) as worker:
        assert worker.stdout
        grandchild = int(worker.stdout.readline())
        worker.wait()
        os.kill(grandchild, 0)
        sweep(worker.pid, str(tmp_path))
    with pytest.raises(ProcessLookupError):
        os.kill(grandchild, 0)


def test_a_folder_goes_however_deep_it_is_and_whatever_its_owner_forbids_himself(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    top = tmp_path / "top"
    top.mkdir()
    (top / "0.lifted").mkdir()
    (top / "0.lifted" / "file").touch()
    (top / "link").symlink_to(outside)
    here = os.open(top, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.symlink(outside, "link", dir_fd=inner)
        os.close(here)
        here = inner
    os.mkdir("locked", 0o000, dir_fd=here)
    os.close(here)
    remove(str(top))
    assert os.listdir(tmp_path) == ["outside"]
    assert os.listdir(outside) == ["kept"]


@linux_only
def test_a_sweep_leaves_others_alone(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as other:
        sweep(1, str(tmp_path))
        assert other.poll() is None
        other.send_signal(signal.SIGKILL)


@linux_only
def test_a_probe_leaves_no_process_behind() -> None:
    before = children()
    bubblewrap.probe.__wrapped__()  # whether it works here or not
    assert not left_behind(before)
