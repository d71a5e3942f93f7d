"""`kind: pytest`: a suite of the course's own, whose fixture `student` is the hand-in in its sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from grader.checks import Check, decide
from grader.errors import StudentError
from grader.model import Failure, Finding, Values, Verdict
from grader.probes import Setting
from grader.suites import files_of, outcomes

if TYPE_CHECKING:
    from grader.session import Student

SHOWN = 8  # findings


def _is_there(name: str, info: ValidationInfo) -> str:
    """The whole path of the suite, which a rubric names from its own folder."""
    folder = (info.context or {}).get("folder")
    if folder is None:  # an example, which nobody runs
        return name
    path = (Path(folder) / name).resolve()
    if not path.exists():
        raise ValueError(f"the suite {name!r} is not there: no {str(path)!r}")
    return str(path)


class PytestCheck(Check):
    """A pytest suite of the instructor's passes; it runs outside of the sandbox, and the hand-in inside."""

    EXAMPLE = "{kind: pytest, suite: tests/test_softmax.py, select: not slow}"
    TELLS_MISTAKES = False
    FOLLOWS = False
    kind: Literal["pytest"]
    suite: Annotated[str, Field(min_length=1), AfterValidator(_is_there)] = Field(
        description="A file or a folder of tests, from the rubric's own folder."
    )
    select: str = Field(default="", description="Only these tests, as pytest's -k says it.")
    seconds: Annotated[float, Field(gt=0, le=600)] = Field(default=60.0, description="For all of its tests together.")

    def observe(self, student: Student, setting: Setting) -> Values:
        seed = int(setting.rng("suite").integers(2**31))
        told = outcomes(Path(self.suite), student, seed, self.seconds, self.select)
        for each in told:
            if each.get("fault", "student") != "student":
                names = ("fault", "code", "message", "hint", "where")
                raise StudentError(Failure(**{name: each[name] for name in names}))
        return {"tests": told}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        tests = _tests(seen["tests"], [each for each in expected["tests"] if each["outcome"] == "passed"])
        total = sum(test.points for test in tests)
        fraction = sum(test.points * test.share for test in tests) / total if total else 1.0
        failing = [test for test in tests if test.share < 1]
        crashed = all(test.answers == 0 for test in tests)
        return decide(fraction, _told(failing), crashed=crashed)

    def problem(self, expected: Values, setting: Setting) -> str:
        failing = [f"{each['test']} ({each.get('message') or 'no message'})" for each in _failed(expected["tests"])]
        if failing:
            return f"it fails {', '.join(failing)}"
        return "" if any(each["outcome"] == "passed" for each in expected["tests"]) else "every test is skipped"

    def course_files(self) -> tuple[Path, ...]:
        return files_of(Path(self.suite))


@dataclass(frozen=True, slots=True)
class _Test:
    """One test function with all its cases, which share its points."""

    title: str
    points: float
    cases: int
    failed: Sequence[Mapping[str, Any]]  # of the cases that were reached

    passed: int

    @property
    def share(self) -> float:
        return self.passed / self.cases

    @property
    def answers(self) -> int:
        """The cases in which the hand-in gave an answer, right or wrong."""
        return self.cases - sum("fault" in each for each in self.failed)


def _tests(seen: Sequence[Mapping[str, Any]], expected: Sequence[Mapping[str, Any]]) -> list[_Test]:
    """The tests that the reference passes, and what became of them; one that was not reached did not pass."""
    found = []
    for name in dict.fromkeys(each["test"] for each in expected):
        ours = [each for each in expected if each["test"] == name]
        theirs = [each for each in seen if each["test"] == name]
        passed = min(sum(each["outcome"] == "passed" for each in theirs), len(ours))
        failed = [each for each in theirs if each["outcome"] != "passed"]
        found.append(_Test(str(ours[0]["title"]), float(ours[0]["points"]), len(ours), failed, passed))
    return found


def _failed(tests: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [each for each in tests if each["outcome"] == "failed"]


def _told(failing: Sequence[_Test]) -> tuple[Finding, ...]:
    """One finding for each test, or for each cause where the hand-in itself failed in the same way."""
    found: dict[tuple[str, ...], Finding] = {}
    for test in failing:
        each = test.failed[0] if test.failed else {}
        message, where = str(each.get("message", "")), str(each.get("where", ""))
        cause = ("", message, where) if where or each.get("code") == "missing" else (test.title, message, where)
        words = f"{_heading(test)}{': ' if message else '.'}{message}"
        found.setdefault(cause, Finding(str(each.get("code", "test")), words, str(each.get("hint", "")), where))
    return tuple(found.values())[:SHOWN]


def _heading(test: _Test) -> str:
    lost = test.cases - test.passed
    title = test.title.rstrip(".")
    return f"Test “{title}” fails" if test.cases == 1 else f"Test “{title}” fails in {lost} of {test.cases} cases"


CHECK = PytestCheck
