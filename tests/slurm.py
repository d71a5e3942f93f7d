"""A SLURM of the tests' own: controller and one node on this machine, gone with them.

`python tests/slurm.py COMMAND…` runs a command in it, such as one that has `sbatch` and `squeue`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "sinfo")
PATIENCE = 180.0  # seconds until the node is idle
# The node says it has what docs/scale.md asks for, whatever this machine has; without cgroups, as in a container.
CONFIG = """
ClusterName=grader
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
MpiDefault=none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=64000 State=UNKNOWN
PartitionName=short Nodes={host} Default=YES MaxTime=02:00:00 State=UP
"""


def problem() -> str:
    """Why there can be no SLURM here; nothing where there can."""
    missing = [name for name in PROGRAMS if not _program(name)]
    if missing:
        return f"SLURM is not installed ({missing[0]} is missing): apt-get install slurm-wlm munge"
    return "" if os.geteuid() == 0 else "SLURM's node starts jobs of its users, so it has to be root"


@contextmanager
def running() -> Iterator[Mapping[str, str]]:
    """The environment in which SLURM's commands find it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp")))
        folder.chmod(0o755)  # munged looks at every folder above its socket
        (folder / "slurm.conf").write_text(
            CONFIG.format(folder=folder, host=socket.gethostname().partition(".")[0], ports=_free_ports(2))
        )
        for name in ("state", "spool"):
            (folder / name).mkdir()
        environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
        stack.enter_context(_munge(folder / "munge"))
        for name in ("slurmctld", "slurmd"):
            stack.enter_context(_daemon([_program(name), "-D"], environment))
        _wait_until_idle(environment)
        stack.callback(_cancel_all, environment)  # a job outlives the node's daemon
        yield environment


@contextmanager
def _munge(folder: Path) -> Iterator[None]:
    """Who is who: a key and a socket of its own, beside those of a SLURM that this machine may really be of."""
    folder.mkdir(mode=0o755)
    key = folder / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    for each in (folder, key):
        shutil.chown(each, "munge", "munge")
    files = [f"--{name}-file={folder / name}" for name in ("key", "log", "pid", "seed")]
    command = [_program("munged"), "--foreground", "--syslog", f"--socket={folder}/socket", *files]
    with _daemon(command, user="munge"):
        yield


@contextmanager
def _daemon(
    command: list[str], environment: Mapping[str, str] | None = None, user: str | None = None
) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=environment, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_until_idle(environment: Mapping[str, str]) -> None:
    until = time.monotonic() + PATIENCE
    while _told(["sinfo", "--noheader", "--format=%T"], environment) != "idle":
        if time.monotonic() > until:
            raise TimeoutError(f"SLURM's node is not idle: {_told(['sinfo', '--long', '--Node'], environment)}")
        time.sleep(0.2)


def _cancel_all(environment: Mapping[str, str]) -> None:
    subprocess.run(["scancel", "--user=root"], env=environment, check=False)
    until = time.monotonic() + PATIENCE
    while _told(["squeue", "--noheader"], environment) and time.monotonic() < until:
        time.sleep(0.2)


def _told(command: list[str], environment: Mapping[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.strip()


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or ""


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


if __name__ == "__main__":
    if problem():
        sys.exit(problem())
    with running() as around:
        sys.exit(subprocess.run(sys.argv[1:], env=around, check=False).returncode)
