"""A PostgreSQL of the tests' own: on a socket in a folder of its own, listening to no network, gone with them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

OWNER = "postgres"  # the server refuses to run as root
PATIENCE = 120.0  # seconds until it answers
QUICK = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "listen_addresses="]


def programs() -> Path:
    """The folder with initdb and postgres; Debian keeps it out of everybody's way."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'dlgrader[postgresql]'")
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("there is no PostgreSQL here: apt-get install postgresql")
    return folders[-1]


@contextmanager
def server() -> Iterator[str]:
    """The URL of a new server, up to the name of a database."""
    where, owner = programs(), OWNER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket's path has to be short
        if owner:
            shutil.chown(folder, owner)
        data = f"{folder}/data"
        made = [where / "initdb", "-D", data, "-U", "grader", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(made, user=owner, cwd=folder, check=True, capture_output=True)
        runs = [where / "postgres", "-D", data, "-k", folder, *QUICK]
        process = subprocess.Popen(runs, user=owner, cwd=folder, stderr=subprocess.DEVNULL)
        try:
            _wait_for(where, folder)
            yield f"postgresql+psycopg://grader@/{{}}?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)  # it ends the connections of others, and then itself
            process.wait()


def _wait_for(where: Path, folder: str) -> None:
    until = time.monotonic() + PATIENCE
    while subprocess.run([where / "pg_isready", "-q", "-h", folder], check=False).returncode:
        assert time.monotonic() < until, "PostgreSQL did not begin to answer"
        time.sleep(0.05)
