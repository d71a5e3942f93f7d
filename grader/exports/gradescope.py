"""Result → Gradescope's results.json, with one test for each criterion.

A test that a student may not see keeps Gradescope from showing the total; so no text here tells it either. All texts
are plain: nothing that a hand-in wrote is read as HTML or Markdown.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from grader.errors import GraderError
from grader.exports import criteria, seconds, told, waits
from grader.model import CriterionResult, Result, Score
from grader.report.text import one_line, visible
from grader.sheets.cells import amount

__all__ = ["Hidden", "to_results"]

Hidden = Literal["hidden", "after_due_date", "after_published", "visible"]
LONGEST_NAME = 200


def to_results(result: Result, hidden: Hidden = "hidden") -> str:
    """The text of results.json; `hidden` is when students see the criteria that the rubric hides.

    Raises:
        GraderError: no criterion has points yet, and Gradescope knows no score that is not a number.
    """
    if result.decided.given is None:
        raise GraderError("No criterion has points yet, and results.json has no way to say that; it would be a zero.")
    told = {
        "score": round(result.decided.given, 4),
        "execution_time": round(seconds(result)),
        "output": _output(result, hidden),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": [_test(number, criterion, hidden) for number, criterion in criteria(result)],
    }
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _test(number: str, criterion: CriterionResult, hidden: Hidden) -> dict[str, Any]:
    test: dict[str, Any] = {"number": number, "name": one_line(criterion.title, LONGEST_NAME)}
    if reason := waits(criterion):
        test["output"] = f"This {reason}. Its {amount(criterion.score.maximum)} points are not in the score."
    else:
        test |= _points(criterion.score) | {"status": "passed" if criterion.verdict == "passed" else "failed"}
        test["output"] = "\n\n".join(told(finding) for finding in criterion.findings) or "Nothing to complain about."
    test["visibility"] = hidden if criterion.visibility == "hidden" else "visible"
    return test


def _points(score: Score) -> dict[str, float]:
    return {"score": round(score.given or 0.0, 4), "max_score": round(score.maximum, 4)}


def _output(result: Result, hidden: Hidden) -> str:
    """What stands above the tests: what waits, what is worth knowing, and no total that the tests would not show."""
    waiting = [criterion for _, criterion in criteria(result) if waits(criterion)]
    shown = [each for each in waiting if hidden == "visible" or each.visibility == "public"]
    lines = [f"“{one_line(each.title, LONGEST_NAME)}” {waits(each)}; it is not in the score." for each in shown]
    remarks = [visible(f"{remark.message} {remark.hint}".strip()) for remark in result.remarks]
    return "\n".join([*lines, *remarks]) or "One test for each criterion."
