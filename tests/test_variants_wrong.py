"""The wrong hand-ins of the first course, each looked at once: what they lose, how that is named, and a second look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pytest
from test_again import earned
from test_feedback import bank, named
from test_variants import ANYWAY, FOLLOWS, LIMITS, VARIANTS, WRONG, key, lost

from grader.again import Helpers, once_more
from grader.grading import look
from grader.intake import take
from grader.mistakes.feedback import explain
from grader.model import Observations, Result
from grader.sandbox import choose

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def helpers() -> Iterator[Helpers]:
    found = Helpers(key().rubric, choose("auto"))
    yield found
    found.close()


@cache
def looked(name: str) -> tuple[Result, Observations, Mapping[str, bytes]]:
    """The result of a hand-in, what was seen of it, and its files."""
    intake = take(VARIANTS / "wrong" / name)
    return (*look(intake.submission, intake.files, key(), choose("auto"), LIMITS), intake.files)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_hand_in_loses_points_where_it_is_wrong(name: str) -> None:
    losses = lost(looked(name)[0])
    assert set(WRONG[name]) <= set(losses)
    assert set(losses) <= set(WRONG[name]) | ANYWAY | {f for c in WRONG[name] for f in FOLLOWS.get(c, ())}


def test_most_wrong_hand_ins_are_named_and_each_by_a_mistake_of_the_criterion_that_it_fails() -> None:
    right, silent = 0, {"accuracy_raises"}  # what raises before it gives anything is like no known mistake
    for name, criteria in WRONG.items():
        result, seen, _ = looked(name)
        mistakes = [bank().mistakes[each] for each in named(explain(result, seen, bank(), key().seed))]
        assert all(set(mistake.criteria) & set(criteria) for mistake in mistakes), name
        right += bool(mistakes)
    assert right >= 0.95 * len(WRONG.keys() - silent)


def test_no_hand_in_loses_by_a_second_look_and_helpers_keep_what_they_have(helpers: Helpers) -> None:
    regained = 0
    for name in WRONG:
        before, seen, files = looked(name)
        after = once_more(before, seen.size, files, key(), choose("auto"), helpers, LIMITS)
        for id_, points in earned(before).items():
            assert (earned(after)[id_] or 0) >= (points or 0), (name, id_)
        for criterion in key().rubric.criteria:
            if criterion.check.helper():
                assert earned(after)[criterion.id] == earned(before)[criterion.id]
        regained += after != before
    assert regained >= 3
