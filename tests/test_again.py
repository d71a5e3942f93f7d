"""A wrong helper costs its own criterion: what uses it is judged once more with the reference's in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_variants import EXAMPLES, LIMITS, VARIANTS, key

from grader.again import Helpers, once_more
from grader.driver import Driver
from grader.errors import StudentError
from grader.grading import look
from grader.intake import take
from grader.model import Failure, Result
from grader.sandbox import choose
from grader.sandbox.process import ProcessSandbox
from grader.session import Session

DRIVER = Driver.of(b"""
class Driver:
    def __init__(self, handin):
        self.twice = None
    def replace(self, name, function):
        setattr(self, name, function)
    def use(self, *arguments):
        return self.twice(*arguments)
""")


def using(function: Callable[..., Any] | None, *arguments: Any) -> Any:
    """What a hand-in gets that calls a helper in whose place this function was put."""
    stand_ins = {} if function is None else {"twice": function}
    with Session({"work.py": b""}, DRIVER, ProcessSandbox(), stand_ins=stand_ins) as session:
        return session.student().call("use", *arguments)


def failing(code: str) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise StudentError(Failure("student", code, "a secret of the reference"))

    return fail


def test_a_stand_in_is_called_outside_of_the_sandbox_and_its_answer_comes_back() -> None:
    told = using(lambda x, y: 2 * x + y, np.arange(3.0), 1.0)
    assert told.tolist() == [1, 3, 5]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (failing("exception"), [np.ones(2)]),
        (failing("timeout"), [np.ones(2)]),
        (lambda *_: 1.0, ["text is nothing to compute with"]),
        (lambda *_: 1.0, [[np.ones(2)]]),
    ],
)
def test_a_stand_in_that_cannot_work_fails_the_call_and_tells_nothing_of_the_reference(
    function: Callable[..., Any], arguments: list[Any]
) -> None:
    with pytest.raises(StudentError) as caught:
        using(function, *arguments)
    assert caught.value.failure.message == "twice was given what it cannot work on."


FORGED = """
import gc
class Driver:
    def __init__(self, handin): pass
    def replace(self, name, function): self.function = function
    def use(self, name):
        gc.unfreeze()  # what a worker made before is not listed otherwise
        service = next(o for o in gc.get_objects() if type(o).__name__ == "Service")
        return service.ask_back({"ask": name, "arguments": []})
"""


@pytest.mark.parametrize(("offered", "asked"), [({}, "twice"), ({"twice": lambda: 1.0}, "loss")])
def test_a_worker_that_asks_for_what_is_not_offered_is_ended(offered: dict[str, Any], asked: str) -> None:
    session = Session({"work.py": b""}, Driver.of(FORGED.encode()), ProcessSandbox(), stand_ins=offered)
    with session, pytest.raises(StudentError) as caught:
        session.student().call("use", asked)
    assert caught.value.failure.code == "protocol"


GREEDY = FORGED.replace('"arguments": []', '"arguments": [numpy.ones(9 << 20, numpy.uint8)]').replace(
    "import gc", "import gc, numpy"
)


def test_a_stand_in_is_not_given_what_would_take_long() -> None:
    session = Session(
        {"work.py": b""}, Driver.of(GREEDY.encode()), ProcessSandbox(), stand_ins={"twice": failing("never")}
    )
    with session:
        assert session.student().call("use", "twice") == {"ok": False, "id": 1 + 1}


# with the course's own driver


@cache
def helpers() -> Helpers:
    return Helpers(key().rubric, choose("auto"))


@pytest.fixture(scope="module", autouse=True)
def put_away() -> Iterator[None]:
    yield
    helpers().close()


def test_what_one_hand_in_asks_of_a_helper_is_not_held_against_the_next_one() -> None:
    sane = np.ones((2, 3))
    for _ in range(2):  # what an endless question leaves
        helpers()._session.strike(frozenset({"softmax"}), Failure("student", "timeout", "It did not come back."))
    with pytest.raises(StudentError):
        helpers().call("softmax", sane)
    assert helpers().call("softmax", sane) == pytest.approx(np.full((2, 3), 1 / 3))


def both(path: Path) -> tuple[Result, Result]:
    """The result before and after the second look."""
    intake = take(path)
    result, seen = look(intake.submission, intake.files, key(), choose("auto"), LIMITS)
    return result, once_more(result, seen.size, intake.files, key(), choose("auto"), helpers(), LIMITS)


def earned(result: Result) -> dict[str, float | None]:
    return {each.id: each.score.given for section in result.sections for each in section.criteria}


def test_a_softmax_over_the_wrong_axis_costs_its_own_points_only() -> None:
    before, after = both(EXAMPLES / "hand-in-05")
    assert (before.score.given, after.score.given) == (47, 92)
    assert earned(after)["softmax"] == 0
    passed = {each.id: each for section in after.sections for each in section.criteria}["two-layer-gradient"]
    assert [finding.code for finding in passed.findings] == ["judged-once-more"]
    assert "Softmax turns scores into probabilities" in passed.findings[0].message
    for section in after.sections:
        assert section.score.given == sum(each.score.given or 0 for each in section.criteria)


def test_a_helper_that_raises_costs_its_own_points_only() -> None:
    before, after = map(earned, both(VARIANTS / "wrong" / "accuracy_raises"))
    assert before["two-layer-gradient"] == before["purity"] == 0
    assert {each.id for each in key().rubric.criteria if after[each.id] != each.points} == {"accuracy"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["hand-in-03", "hand-in-08", "hand-in-09", "hand-in-12"])
def test_who_has_no_wrong_helper_or_wrote_nothing_else_gets_no_point_more(name: str) -> None:
    before, after = both(EXAMPLES / name)
    assert after.score == before.score
