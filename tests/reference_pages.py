"""The parts of the pages that follow from the code. `python tests/test_docs.py` writes them anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

import report_samples as samples
from reference_commands import command_pages
from reference_fields import arguments, kind, kind_list, models, nouns
from reference_names import names

from grader.audit import course as audit
from grader.exports.json import to_json
from grader.mistakes import _EntryFields
from grader.model import CriterionResult, Curve, Finding, Result, Score, SectionResult, Series, Table
from grader.rubric.fields import CriterionFields, RubricFields, SectionFields

MADE = re.compile(r"<!-- made: (?P<words>.+?) -->\n.*?<!-- end -->", re.DOTALL)


def renewed(text: str) -> str:
    """The page with each such part as it is now."""
    return MADE.sub(lambda found: _made(found["words"]), text)


def _made(words: str) -> str:
    what, *more = words.split()
    return f"<!-- made: {words} -->\n{MAKERS[what](*more).strip()}\n<!-- end -->"


def _rubric() -> str:
    return models(("The file", RubricFields), ("Section", SectionFields), ("Criterion", CriterionFields))


def _criterion() -> str:
    """One that lost points, of the samples that the report's tests use."""
    told = json.loads(to_json(samples.failing()))
    lost = next(c for s in told["sections"] for c in s["criteria"] if c["verdict"] == "partial")
    return f"```json\n{json.dumps(lost, indent=2, ensure_ascii=False)}\n```"


NOUNS = (Result, SectionResult, CriterionResult, Score, Finding, Curve, Series, Table)
MAKERS: Mapping[str, Callable[..., str]] = {
    "arguments": arguments,
    "commands": command_pages,
    "criterion": _criterion,
    "kind": kind,
    "kinds": kind_list,
    "mistakes": lambda: models(("Mistake", _EntryFields)),
    "names": names,
    "result": lambda: nouns(*NOUNS),
    "rubric": _rubric,
    "variants": lambda: models(("Variants", audit._Fields), known={"EditFields": "#edit"}),
}
