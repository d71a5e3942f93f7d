"""A criterion says for itself whether a recognised mistake leaves something of its points."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.diagnosis.match import Match
from grader.mistakes import Mistake
from grader.mistakes.feedback import explain
from grader.model import CriterionResult, Finding, Observations, Result, Score, SectionResult
from grader.rubric import Rubric, load_rubric

SLIP = Mistake("a-slip", "A slip", "helper", "base", (), "Look again.", 0.6, ("relu",))


OTHER = Mistake("another", "Another slip", "helper", "base", (), "Look there.", 0.6, ("softmax",))


@dataclass
class Known:
    """A bank that recognises the same in everything."""

    rubric: Rubric
    match: Match = field(default_factory=lambda: Match(names=(SLIP.id,)))
    mistakes: dict[str, Mistake] = field(default_factory=lambda: {SLIP.id: SLIP, OTHER.id: OTHER})

    def recognise(self, *_: Any) -> Match:
        return self.match


def failing(*ids: str) -> Result:
    """A hand-in that got none of the ten points of each of these criteria."""
    seen = (Finding("wrong-value", "It is too large."),)
    criteria = tuple(CriterionResult(id_, id_, "value", "failed", Score(0.0, 10.0), "public", seen) for id_ in ids)
    whole = Score(0.0, 10.0 * len(ids))
    return Result({}, {}, whole, (SectionResult("one", "One", whole, criteria),))


def rubric(folder: Path, without: tuple[str, ...]) -> Rubric:
    """A small course in which these criteria give no credit."""
    text = (Path(__file__).parent / "rubrics" / "minimal.yaml").read_text("utf-8")
    for id_ in without:
        text = text.replace(f"- id: {id_}\n", f"- id: {id_}\n        credit: false\n")
    (folder / "rubric.yaml").write_text(text, "utf-8")
    (folder / "driver.py").write_text("class Driver: ...\n", "utf-8")
    (folder / "solution").mkdir()
    (folder / "solution" / "linear.py").write_text("W1 = 0\n", "utf-8")
    return load_rubric(folder / "rubric.yaml")


@pytest.mark.parametrize(
    ("without", "given"),
    [
        ((), {"relu": 6.0, "gradient": 5.0}),
        (("relu",), {"relu": 0.0, "gradient": 5.0}),
        (("gradient",), {"relu": 6.0, "gradient": 0.0}),
        (("relu", "gradient"), {"relu": 0.0, "gradient": 0.0}),
    ],
)
def test_a_slip_leaves_its_share_where_the_criterion_gives_credit(
    without: tuple[str, ...], given: dict[str, float], tmp_path: Path
) -> None:
    bank: Any = Known(rubric(tmp_path, without))
    result = explain(failing("relu", "gradient"), Observations("digest", "small", {}), bank, 1)
    criteria = result.sections[0].criteria
    assert {criterion.id: criterion.score.given for criterion in criteria} == given
    assert [criterion.findings[0].code for criterion in criteria] == ["mistake:a-slip", "follows:a-slip"]
    for criterion in criteria:
        assert ("of the points" in criterion.findings[0].message) == (criterion.id not in without)
    assert result.score.given == sum(given.values())


@pytest.mark.parametrize(
    ("reach", "causes"),
    [
        ({"a-slip": ["relu", "gradient"], "another": ["softmax"]}, "a-slip"),
        ({"a-slip": ["relu"], "another": ["softmax", "gradient"]}, "another"),
        ({"a-slip": ["relu", "gradient"], "another": ["softmax", "gradient"]}, "a-slip+another"),
        ({"a-slip": ["relu"], "another": ["softmax"]}, "a-slip+another"),  # only the two together show there
    ],
)
def test_what_follows_names_the_mistakes_that_show_there(
    reach: dict[str, list[str]], causes: str, tmp_path: Path
) -> None:
    places = {name: frozenset(ids) for name, ids in reach.items()}
    bank: Any = Known(rubric(tmp_path, ()), Match(names=(SLIP.id, OTHER.id), reach=places))
    result = explain(failing("relu", "softmax", "gradient"), Observations("digest", "small", {}), bank, 1)
    codes = [criterion.findings[0].code for criterion in result.sections[0].criteria]
    assert codes == ["mistake:a-slip", "mistake:another", f"follows:{causes}"]
