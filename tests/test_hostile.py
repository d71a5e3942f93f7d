"""Hand-ins that attack the grader while they are graded: they lose what they must, and the next one notices nothing."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from test_variants import EXAMPLES, graded, lost

from grader.model import Result

UTILS = "utils.py"  # what only the batches need
SOFTMAX = "models/softmax_regression.py"

ATTACKS = {
    "leaves the interpreter at import": "import os\nos._exit(0)\n",
    "kills itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
    "takes ten gigabytes": "import numpy\n_ = [numpy.ones(1 << 27) for _ in range(10)]\n",
    "never comes back from import": "while True:\n    pass\n",
    "raises SystemExit": "raise SystemExit(0)\n",
    "floods the output": "for _ in range(200_000):\n    print('x' * 1000)\n",
}
# The line is left out, as is what works for too long outside of functions; the output is cut.
HARMLESS = {"raises SystemExit", "floods the output", "never comes back from import"}
EITHER = {"takes ten gigabytes"}  # cut off for its time on a slow machine, an error for its memory on a quick one
PATCHES = """
import builtins, json, math
import numpy, numpy.testing
numpy.testing.assert_allclose = lambda *args, **kwargs: None
numpy.allclose = numpy.array_equal = numpy.isclose = lambda *args, **kwargs: True
numpy.max = lambda *args, **kwargs: 0.0
math.isnan = lambda value: False
json.dumps = lambda *args, **kwargs: '{"ok": true, "score": 100}'
"""


def hand_in(folder: Path, base: str, file: str, code: str) -> Path:
    """An example hand-in with some lines before everything else in one of its files."""
    shutil.copytree(EXAMPLES / base, folder)
    path = folder / file
    path.write_text(code + path.read_text("utf-8"), "utf-8")
    return folder


@cache
def honest() -> Result:
    """An example hand-in before any attack."""
    return graded(EXAMPLES / "hand-in-06")


def judged(result: Result) -> tuple[object, ...]:
    """All but how long it took."""
    return (result.score, result.sections, result.remarks, result.integrity)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_at_import_costs_what_needs_that_file_and_nothing_of_the_next_hand_in(
    attack: str, tmp_path: Path
) -> None:
    before = judged(honest())
    result = graded(hand_in(tmp_path / "hand-in", "hand-in-01", UTILS, ATTACKS[attack]))
    assert judged(graded(EXAMPLES / "hand-in-06")) == before
    assert result.complete
    assert set(lost(result)) <= {"structure", "batches"}
    assert attack in EITHER or ("batches" in lost(result)) == (attack not in HARMLESS)


def test_patching_numpy_earns_nothing_and_is_told_to_the_instructor(tmp_path: Path) -> None:
    before = honest()
    result = graded(hand_in(tmp_path / "hand-in", "hand-in-06", SOFTMAX, PATCHES))
    assert result.score.given is not None
    assert before.score.given is not None
    assert result.score.given <= before.score.given
    assert "numpy.testing.assert_allclose was replaced" in result.integrity
    assert judged(graded(EXAMPLES / "hand-in-06")) == judged(before)
