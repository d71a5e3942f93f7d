"""Result → the result.json of Classroom 50 (`classroom50/result/v1`), which knows whole points only.

Fractional points are told in the smallest unit that makes all of them whole, such as half points.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from grader.errors import GraderError
from grader.exports import criteria, told, waits
from grader.model import CriterionResult, Result
from grader.report.text import one_line

__all__ = ["CONTEXT", "to_result"]

SCHEMA = "classroom50/result/v1"
CONTEXT = {  # what the run's surroundings know, and the variables that tell it
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "assignment_type": "ASSIGNMENT_TYPE",
    "owner": "OWNER",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
    "datetime": "COMMIT_DATE",
}
FINEST = 10_000  # parts of a point: results have at most four decimals
LONGEST = 200


def to_result(result: Result, environment: Mapping[str, str]) -> str:
    """The text of result.json; `environment` holds the variables of `CONTEXT`.

    Raises:
        GraderError: a variable is missing.
    """
    if missing := [variable for variable in CONTEXT.values() if not environment.get(variable)]:
        raise GraderError(f"Classroom 50's result.json needs {', '.join(missing)} in the environment.")
    parts = _parts(result)
    tests = [_test(number, criterion, parts) for number, criterion in criteria(result)]
    whole = {
        "schema": SCHEMA,
        **{name: environment[variable] for name, variable in CONTEXT.items()},
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _parts(result: Result) -> int:
    """In how many parts a point is cut so that all points of this result are whole numbers of them."""
    points = [points for _, each in criteria(result) for points in (each.score.given or 0.0, each.score.maximum)]
    return FINEST // math.gcd(FINEST, *(round(each * FINEST) for each in points))


def _test(number: str, criterion: CriterionResult, parts: int) -> dict[str, Any]:
    name = one_line(criterion.title, LONGEST) or number
    if reason := waits(criterion):  # 0 of 0: it moves no total, and its name says why
        return {"test-name": f"{name} ({reason}; not counted)", "passed": False, "score": 0, "max-score": 0}
    test = {
        "test-name": name,
        "passed": criterion.verdict == "passed",
        "score": round((criterion.score.given or 0.0) * parts),
        "max-score": round(criterion.score.maximum * parts),
    }
    if criterion.findings and criterion.visibility == "public":
        test["message"] = told(criterion.findings[0])
    return test
