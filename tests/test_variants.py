"""Whole hand-ins, as students send them: right ones earn everything, wrong ones lose what they should, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from grader.data import load
from grader.exports.json import to_json
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.model import Result
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose
from grader.session import Limits

HERE = Path(__file__).parent
COURSE = "gatech-cs7643-a1"
VARIANTS = HERE / "variants" / COURSE
EXAMPLES = HERE.parent / "submissions_example" / COURSE
RIGHT = sorted(path.name for path in (VARIANTS / "right").iterdir() if path.is_dir())
WRONG: Mapping[str, list[str]] = yaml.safe_load((VARIANTS / "wrong" / "expected.yaml").read_text("utf-8"))
LIMITS = Limits(request=5.0, training=60.0)

# What a slip costs elsewhere, where a later criterion is built on the slip's own.
FOLLOWS = {
    "softmax": {"softmax-regression-forward", "softmax-regression-gradient", "two-layer-forward", "two-layer-gradient"},
    "relu": {"softmax-regression-forward", "softmax-regression-gradient"},
    "relu-derivative": {"softmax-regression-gradient"},
    "sigmoid": {"two-layer-forward", "two-layer-gradient", "sigmoid-derivative"},
    "sigmoid-derivative": {"two-layer-gradient"},
    "cross-entropy": {"softmax-regression-forward", "two-layer-forward"},
    "accuracy": {"softmax-regression-forward", "two-layer-forward"},
    "softmax-regression-forward": {"softmax-regression-gradient"},
    "regularization": {"regularized-step"},
    "sgd-step": {"regularized-step"},
    "two-layer-forward": {"two-layer-gradient"},
}
ANYWAY = {"training-softmax-regression", "training-two-layer", "purity", "stability"}


@cache
def key(seed: int = 7) -> Key:
    rubric = load_rubric(find_rubric(COURSE))
    return prepare(rubric, seed, {"digits": load("digits")}, choose("auto"), LIMITS)


def graded(path: Path, seed: int = 7) -> Result:
    intake = take(path)
    return grade(intake.submission, intake.files, key(seed), choose("auto"), LIMITS)


def lost(result: Result) -> dict[str, float]:
    criteria = (criterion for section in result.sections for criterion in section.criteria)
    given = ((c.id, c.score.maximum - (c.score.given if c.score.given is not None else -1)) for c in criteria)
    return {id_: points for id_, points in given if points}


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_hand_in_earns_every_point_however_it_is_written(name: str) -> None:
    assert lost(graded(VARIANTS / "right" / name)) == {}


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("hand-in-01", {}),
        ("hand-in-02", {}),
        ("hand-in-03", {"two-layer-gradient", "training-two-layer"}),
        ("hand-in-04", {"regularization", "regularized-step"}),
        ("hand-in-06", {"two-layer-gradient"}),
        ("hand-in-07", {"sgd-step"}),
        ("hand-in-11.zip", {}),
    ],
)
def test_an_example_loses_points_on_its_own_criterion_and_on_none_besides(name: str, own: set[str]) -> None:
    assert set(lost(graded(EXAMPLES / name))) == set(own)


def test_a_wrong_helper_costs_what_is_built_on_it_and_nothing_besides() -> None:
    assert set(lost(graded(EXAMPLES / "hand-in-05"))) == {
        "softmax",
        "stability",
        *FOLLOWS["softmax"],
        "training-softmax-regression",
        "training-two-layer",
    }


def test_a_syntax_error_in_one_file_leaves_the_rest_its_points() -> None:
    losses = lost(graded(EXAMPLES / "hand-in-09"))
    assert set(losses) == {"structure", "two-layer-forward", "two-layer-gradient", "training-two-layer", "purity"}
    assert losses["structure"] < 2
    assert losses["purity"] < 4


def test_the_reference_earns_every_point() -> None:
    assert lost(graded(key().rubric.reference)) == {}


@pytest.mark.parametrize(("name", "most"), [("hand-in-12", 2), ("hand-in-13", 5)])
def test_doing_nothing_earns_nothing(name: str, most: float) -> None:
    given = graded(EXAMPLES / name).score.given
    assert given is not None
    assert given <= most


@pytest.mark.parametrize("seed", [1, 2])
def test_another_secret_seed_gives_the_same_score(seed: int) -> None:
    for name in ("hand-in-01", "hand-in-06"):
        assert graded(EXAMPLES / name, seed).score == graded(EXAMPLES / name).score


def test_two_runs_with_the_same_seed_differ_in_their_timings_only() -> None:
    one, other = (to_json(graded(EXAMPLES / "hand-in-06")).split('"timings"')[0] for _ in range(2))
    assert one == other


@pytest.mark.slow
def test_an_endless_loop_costs_its_own_model_and_little_time() -> None:
    intake = take(EXAMPLES / "hand-in-10")
    result = grade(intake.submission, intake.files, key(), choose("auto"), replace(LIMITS, request=3.0))
    assert set(lost(result)) <= {"two-layer-forward", "two-layer-gradient", "training-two-layer", "purity", "stability"}
    waited = result.timings["two-layer-forward"]  # a busy machine waits longer for each, and for all of them alike
    assert waited >= 3.0
    assert result.timings["two-layer-gradient"] + result.timings.get("training-two-layer", 0.0) < waited / 2
