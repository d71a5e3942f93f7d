"""The file of one test, in Otter's own format; NAME is put in."""

from types import SimpleNamespace

from homework import replay
from otter.test_files import test_case

OK_FORMAT = False
name = "NAME"
points = 1


@test_case(points=1, hidden=False)
def test_homework(env: dict[str, object]) -> None:
    """One check."""
    replay.check(name, SimpleNamespace(**env))
