"""What the pytest plugin gives a suite: the hand-in, and random numbers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
import pytest

from grader.errors import GraderError
from grader.proxy import Proxy

__all__ = ["BROUGHT", "grader_rng", "student"]

BROUGHT = pytest.StashKey[Proxy]()  # the hand-in that a rubric's check brings along


@pytest.fixture(scope="session")
def student(pytestconfig: pytest.Config) -> Iterator[Proxy]:
    """The hand-in: `student.softmax(scores)` runs in its sandbox, and what comes back is the test's own."""
    brought = pytestconfig.stash.get(BROUGHT, None)
    if brought is not None:
        yield brought
        return
    from grader.api import open_student  # heavy, and of no use where a hand-in is brought

    hand_in, rubric, sandbox = (pytestconfig.getoption(f"--grader-{name}") for name in ("hand-in", "rubric", "sandbox"))
    try:
        with open_student(hand_in, rubric, sandbox=sandbox) as opened:
            yield opened
    except GraderError as error:
        pytest.exit(f"grader: {error}", returncode=pytest.ExitCode.USAGE_ERROR)


@pytest.fixture
def grader_rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator of each test's own; in a rubric it comes from the secret seed."""
    seed: int = request.config.getoption("--grader-seed")
    return np.random.default_rng([seed, zlib.crc32(request.node.name.encode())])
