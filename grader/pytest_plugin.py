"""A pytest plugin: the fixture `student` is a hand-in in its sandbox, for an instructor's existing tests.

    pytest tests/ --grader-rubric gatech-cs7643-a1 --grader-hand-in submissions/hand-in-05

Without these options it does nothing. The check kind `pytest` runs suites by it too, and brings the hand-in along.
"""

from __future__ import annotations

import inspect
import socket
import traceback
from argparse import SUPPRESS
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.suites.relay import Caller

LONGEST = 500  # characters of a message
OUTCOMES = pytest.fail.Exception, pytest.skip.Exception  # raised with a reason that the author wrote


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, in a group of their own."""
    group = parser.getgroup("grader", "a hand-in in its sandbox, as the fixture `student`")
    group.addoption("--grader-rubric", metavar="COURSE|FILE", help="the course whose driver knows how to call hand-ins")
    group.addoption("--grader-hand-in", metavar="PATH", default=".", help="a folder or an archive [default: .]")
    group.addoption("--grader-sandbox", metavar="NAME", default="auto", help="auto, bubblewrap, landlock, …")
    group.addoption("--grader-seed", metavar="N", type=int, default=0, help="of the fixture grader_rng [default: 0]")
    group.addoption("--grader-relay", type=int, help=SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    """Offer the fixtures where a hand-in is given."""
    config.addinivalue_line("markers", "points(n): what the test weighs in a rubric's check of kind pytest; 1 unless")
    descriptor = config.getoption("--grader-relay")
    if descriptor is None and not config.getoption("--grader-rubric"):
        return
    from grader import pytest_fixtures

    config.pluginmanager.register(pytest_fixtures, "grader.pytest_fixtures")
    if descriptor is not None:
        from grader.proxy import Proxy
        from grader.suites.relay import Caller

        caller = Caller(socket.socket(fileno=descriptor))
        config.stash[pytest_fixtures.BROUGHT] = Proxy(lambda: caller)
        config.pluginmanager.register(Teller(caller, config.rootpath), "grader.teller")


class Teller:
    """Tells the grader what became of each test, in words that may be shown to a student."""

    def __init__(self, caller: Caller, folder: Path) -> None:
        self._caller = caller
        self._folder = folder.resolve()
        self._found: dict[str, dict[str, Any]] = {}

    def pytest_runtestloop(self) -> None:
        """The tests begin; everything is imported and collected."""
        self._caller.begin()

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # outermost: an expected failure has become none by then
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take the first phase that did not pass; after the last one, tell."""
        report = yield
        found = self._found.setdefault(item.nodeid, {"outcome": "passed"})
        if found["outcome"] == "passed" and report.outcome != "passed":
            found["outcome"] = report.outcome
            if call.excinfo is not None:
                found.update(self._words(call.excinfo.value))
        if call.when == "teardown":
            test = item.nodeid.partition("[")[0]
            self._caller.tell({"test": test, "title": _title(item), "points": _points(item), **found})
        return report

    def _words(self, error: BaseException) -> dict[str, str]:
        """What may be said about a failure: the hand-in's own, or what the author wrote for it; no values."""
        from grader.errors import StudentError

        if isinstance(error, StudentError):
            names = ("fault", "code", "message", "hint", "where")
            return {name: getattr(error.failure, name) for name in names}
        if isinstance(error, (AssertionError, *OUTCOMES)):
            return {"code": "test", "message": self._reason(error)}
        return {"code": "test", "message": f"The test stopped with a {type(error).__name__} over what came back."}

    def _reason(self, error: BaseException) -> str:
        """The author's own message; what numpy.testing and others put together may hold hidden values."""
        frames = [each.filename for each in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, OUTCOMES):
            frames = [each for each in frames if not each.endswith(("outcomes.py", "skipping.py"))]
        by_author = bool(frames) and Path(frames[-1]).resolve().is_relative_to(self._folder)
        text = getattr(error, "msg", None) if isinstance(error, OUTCOMES) else next(iter(error.args), None)
        return text[:LONGEST] if by_author and isinstance(text, str) else ""


def _title(item: pytest.Item) -> str:
    """The first line of the test's description, else its name as words."""
    with suppress(AttributeError):
        if told := inspect.getdoc(item.obj):  # type: ignore[attr-defined]  # functions and methods have it
            return told.splitlines()[0].strip()
    name: str = getattr(item, "originalname", None) or item.name
    return name.removeprefix("test_").replace("_", " ")


def _points(item: pytest.Item) -> float:
    mark = item.get_closest_marker("points")
    return float(mark.args[0]) if mark and mark.args else 1.0
