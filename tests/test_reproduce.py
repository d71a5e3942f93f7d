"""A number of ours is held against the published ones, and only where every seed gave one."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return runpy.run_path(str(BENCHMARKS / "reproduce.py"), run_name="reproduce")


@pytest.fixture
def published() -> dict[str, Any]:
    return runpy.run_path(str(BENCHMARKS / "published.py"))


@pytest.mark.parametrize(
    ("bound", "ours", "kept"),
    [
        (("near", 0.01), 0.935, True),  # of .9502 and .928 the second is nearer
        (("near", 0.01), 0.939, False),
        (("near", 0.01), math.nan, False),
        (("relative", 0.05), 0.90, True),
        (("relative", 0.05), 0.88, False),
        (("relative", 1e-9), 0.928 + 1e-8, False),
        (("at_least", 0.975), 0.975, True),
        (("at_least", 0.975), 0.9749, False),
        (("at_least", 0.975), math.nan, False),
    ],
)
def test_a_bound_is_kept_or_not(published: dict[str, Any], bound: tuple[str, float], ours: float, kept: bool) -> None:
    kind, size = bound
    assert published[kind](size).holds(ours, (0.9502, 0.928)) is kept


@pytest.mark.parametrize(
    ("ours", "problem", "holds", "told"),
    [
        ((0.92, 0.93, 0.99), "", True, "kept"),
        ((0.90, 0.91, 0.93), "", False, "**missed**"),
        ((0.93, 0.93, None), "seed 2: It died.", None, "seed 2: It died."),
        ((0.93, 0.93, None), "", None, ""),
    ],
)
def test_the_median_counts_where_every_seed_gave_a_number(
    script: dict[str, Any], ours: tuple[float | None, ...], problem: str, holds: bool | None, told: str
) -> None:
    line = script["_line"]("lr 1", script["Target"]("test", (0.93,), script["near"](0.01)), ours, problem)
    assert line.holds is holds
    assert script["_outcome"](line) == told


def test_a_norm_is_held_against_a_norm(published: dict[str, Any]) -> None:
    target = published["Target"]("squared norm", (1.66,), published["relative"](0.05), root=True)
    assert (target.name, target.read(4.0), target.read(None)) == ("norm", 2.0, None)


def test_every_published_number_is_one_that_the_course_s_write_up_knows(script: dict[str, Any]) -> None:
    for _, course, _, configurations in script["COURSES"]:
        writeup = script["load_writeup"](script["ROOT"] / "rubrics" / course / script["FILE"])
        for each in configurations:
            assert each.settings.keys() <= writeup.settings.keys()
            assert {target.value for target in each.targets} <= writeup.values.keys()
