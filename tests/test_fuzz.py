"""A bounded run of the fuzzer: nothing but reading or refusing in a reader's own words.

The inputs are the same each time, so that no change fails for what another one did: new ones are for `make fuzz`.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this Python or machine")
def test_made_up_bytes_are_read_or_refused() -> None:
    command = [sys.executable, str(ROOT / "tests" / "fuzz.py"), "540", "--runs=1000"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [line for line in ended.stdout.splitlines() if "Done " not in line] == []
    assert ended.stdout.startswith("wire ")
