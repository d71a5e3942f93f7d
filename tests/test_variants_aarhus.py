"""Whole hand-ins of the Aarhus course: right ones earn everything, wrong ones lose what they should."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import yaml

from grader.data import load
from grader.grading import Key, grade, prepare
from grader.intake import take
from grader.model import Result
from grader.rubric import find_rubric, load_rubric
from grader.sandbox import choose
from grader.session import Limits

HERE = Path(__file__).parent
COURSE = "aarhus-ml-handin2"
VARIANTS = HERE / "variants" / COURSE
EXAMPLES = HERE.parent / "submissions_example" / COURSE
RIGHT = sorted(path.name for path in (VARIANTS / "right").iterdir() if path.is_dir())
WRONG: Mapping[str, list[str]] = yaml.safe_load((VARIANTS / "wrong" / "expected.yaml").read_text("utf-8"))
LIMITS = Limits(request=5.0, training=60.0)

# A slip in the forward pass or in the gradients shows in what is built on them; one in a step only where steps are.
TRAINING = {"fit-epochs", "fit-best", "fit-history", "training-digits", "purity"}
PREDICTIONS = {"predict", "score"}
COST = {"cost-data", "cost-decay", "gradient", "decay-gradient", "stability", "fit-decay"} | TRAINING | PREDICTIONS
FOLLOWS = {
    "relu": COST,
    "softmax": {*COST, "fit-step", "fit-batches"},
    "cost-data": COST,
    "gradient": {"decay-gradient", "fit-decay", "fit-batches"} | TRAINING,
    "decay-gradient": {"fit-decay"} | TRAINING,
    "cost-decay": TRAINING,
    "fit-step": {"fit-decay", "fit-batches"} | TRAINING,
    "fit-decay": TRAINING,
    "fit-batches": TRAINING,
    "fit-history": set[str](),
    "purity": {"decay-gradient", "fit-decay"} | TRAINING,
    "predict": TRAINING | PREDICTIONS,
    "score": {"fit-history"},
}


@cache
def key() -> Key:
    rubric = load_rubric(find_rubric(COURSE))
    return prepare(rubric, 7, {"digits": load("digits")}, choose("auto"), LIMITS)


def graded(path: Path) -> Result:
    intake = take(path)
    return grade(intake.submission, intake.files, key(), choose("auto"), LIMITS)


def lost(result: Result) -> set[str]:
    criteria = (criterion for section in result.sections for criterion in section.criteria)
    return {c.id for c in criteria if c.score.given != c.score.maximum}


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_hand_in_earns_every_point_however_it_is_written(name: str) -> None:
    assert lost(graded(VARIANTS / "right" / name)) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_hand_in_loses_points_where_it_is_wrong(name: str) -> None:
    losses = lost(graded(VARIANTS / "wrong" / name))
    assert set(WRONG[name]) <= losses
    assert losses <= set(WRONG[name]).union(*(FOLLOWS.get(criterion, set()) for criterion in WRONG[name]))


FIT = {"fit-step", "fit-decay", "fit-epochs", "fit-batches", "fit-best", "fit-history", "training-digits", "purity"}


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("hand-in-01", set()),
        ("hand-in-02", set()),
        ("hand-in-03", {"gradient"}),
        ("hand-in-04", {"cost-decay", "decay-gradient", "fit-decay"}),
        ("hand-in-05", {"fit-batches", "fit-epochs", "training-digits"}),
        ("hand-in-06", FIT),
        ("hand-in-07.zip", set()),
    ],
)
def test_an_example_loses_points_where_it_is_wrong_and_nowhere_else(name: str, own: set[str]) -> None:
    assert lost(graded(EXAMPLES / name)) == own


def test_the_reference_earns_every_point() -> None:
    assert lost(graded(key().rubric.reference)) == set()


@pytest.mark.parametrize("name", ["hand-in-08", "hand-in-09"])
def test_doing_nothing_earns_nothing(name: str) -> None:
    given = graded(EXAMPLES / name).score.given
    assert given is not None
    assert given <= 2
