"""A mistake is named by the same name whatever the secret seed draws: on another day, nobody is told something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import Grader

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
            result = grader.grade(EXAMPLES / course / hand_in)
        criteria = [each for section in result.sections for each in section.criteria]
        codes = {each.id: each.findings[0].code for each in criteria if each.findings}
        found = {id_: code.removeprefix("mistake:") for id_, code in codes.items() if code.startswith("mistake:")}
        assert found == named, seed
