"""What stands in the place of a check whose optional package is not installed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from grader.checks import Check
from grader.model import Finding, Values, Verdict
from grader.probes import Setting

if TYPE_CHECKING:
    from grader.session import Student


class Absent(Check):
    """Looks at nothing, and says so."""

    TELLS_MISTAKES: ClassVar[bool] = False
    package: str

    def observe(self, student: Student, setting: Setting) -> Values:
        return {}

    def judge(self, seen: Values, expected: Values, setting: Setting) -> Verdict:
        message = f"Not looked at, because {self.package} is not installed here. This costs nothing."
        return Verdict("skipped", 0.0, (Finding("not-installed", message),))
