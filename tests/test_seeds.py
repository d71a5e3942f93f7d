"""A mistake is named by the same name whatever the secret seed draws: on another day, nobody is told something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import Grader
from grader.model import Result

EXAMPLES = Path(__file__).resolve().parent.parent / "submissions_example"

SIGN = {"regularization": "penalty-subtracted"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("course", "hand_in", "seeds", "named"),
    [
        ("aarhus-ml-handin2", "hand-in-05", (0, 1, 5), {"fit-batches": "batches-labels-unshuffled"}),
        # Elsewhere they are named with a seed of their own.
        ("gatech-cs7643-a1", "hand-in-03", (5,), {"two-layer-gradient": "two-layer-gradient-not-averaged"}),
        ("ntnu-tdt4265-a1", "hand-in-03", (5,), {"binary-gradient": "binary-gradient-not-averaged", **SIGN}),
        ("physics-ps5", "hand-in-05", (5,), {"plane": "grid-by-its-own-mean", "standardise": "targets-standardised"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_has_one_name(course: str, hand_in: str, seeds: tuple[int, ...], named: dict[str, str]) -> None:
    for seed in seeds:
        with Grader(course, seed=seed) as grader:
            assert names_in(grader.grade(EXAMPLES / course / hand_in)) == named, seed


@pytest.mark.slow
def test_what_one_call_leaves_to_the_next_is_named_however_often_training_calls() -> None:
    wrong = Path(__file__).parent / "variants" / "aarhus-ml-handin2" / "wrong"
    centred = dict.fromkeys(("cost-data", "purity"), "inputs-centred-in-place")
    with Grader("aarhus-ml-handin2", seed=5) as grader:
        assert names_in(grader.grade(wrong / "inputs_centred_in_place")) == centred
        assert names_in(grader.grade(wrong / "gradients_add_up")) == {"purity": "first-gradient-accumulates"}


def names_in(result: Result) -> dict[str, str]:
    """The mistakes that are named first, by criterion."""
    criteria = [each for section in result.sections for each in section.criteria]
    codes = {each.id: each.findings[0].code for each in criteria if each.findings}
    return {id_: code.removeprefix("mistake:") for id_, code in codes.items() if code.startswith("mistake:")}
