"""One test for each check; `solution.py` is the hand-in, in the folder that pytest is started in."""

import pytest
import solution
from homework import replay


@pytest.mark.parametrize("name", replay.names())
def test_homework(name: str) -> None:
    """One check."""
    replay.check(name, solution)
