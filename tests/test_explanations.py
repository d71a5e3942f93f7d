"""In what way one array is not the other, in the words that a student reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.explanations import (
    DOUBLE,
    SINGLE,
    Array,
    Look,
    Scale,
    common_factor,
    explain,
    extra_term,
    not_finite,
)

RNG = np.random.default_rng(5)
W = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
OTHER = np.array([[0.4, 1.5, -0.7], [1.1, -0.2, 2.0]])
TERM = np.array([[0.3, 1.0, -2.0], [0.7, -0.1, 0.9]])
ONE_HOT = np.eye(5)[[0, 3, 1, 4]]
LARGE = RNG.normal(size=(6, 5))
ALL = "the expected value in every entry"
CLASSES = ": each is that of another class."
SIZES = {"the number of inputs": 12.0, "the number of classes": 5.0}


def looks(factors: Mapping[int, float], wants: Sequence[Any] = (W, OTHER, TERM)) -> list[Look]:
    """A look for each number of rows, each at another expected value."""
    return [
        Look(
            np.asarray(factor * np.asarray(want)),
            np.asarray(want),
            Scale({"the number of rows": float(rows), **SIZES}),
            f"{rows} rows",
        )
        for (rows, factor), want in zip(factors.items(), wants, strict=False)
    ]


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (13.0, f"dW1 is 13 times {ALL} (13 is the number of rows)."),
        (1 / 13, f"dW1 is 1/13 of {ALL} (13 is the number of rows)."),
        (2.0, f"dW1 is 2 times {ALL}."),
        (1 / 0.3, f"dW1 is 3.333 times {ALL} (that is 1/0.3, and 0.3 is reg in this call)."),
        (0.3, f"dW1 is 0.3 times {ALL} (0.3 is reg in this call)."),
        (1 / np.log(2), f"dW1 is 1.443 times {ALL} (that is 1/ln 2)."),
        (10.0, f"dW1 is 10 times {ALL}."),  # two constants are 10
        (7.1, f"dW1 is 7.1 times {ALL}."),
        (-1.0, "dW1 has the opposite sign in every entry."),
    ],
)
def test_a_factor_is_named_where_one_constant_has_its_value(factor: float, words: str) -> None:
    scale = Scale(
        {"the number of rows": 13, "the number of inputs": 10, "the number of classes": 10, "reg in this call": 0.3}
    )
    assert explain("dW1", [Look(factor * W, W, scale)]).message == words


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({13: 13, 6: 6}, f"dW1 is 13 times {ALL} with 13 rows, and 6 times with 6 rows."),
        (
            {13: 1 / 13, 6: 1 / 6},
            f"dW1 is 1/13 of {ALL} with 13 rows, and 1/6 of it with 6 rows.",
        ),
        (
            {13: 13 / 64, 6: 6 / 64},
            f"dW1 is 13/64 of {ALL} with 13 rows, and 6/64 of it with 6 rows.",
        ),
        (
            {13: -26, 6: -12},
            f"dW1 is -26 times {ALL} with 13 rows, and -12 times with 6 rows.",
        ),
        ({13: 13, 1: 1}, f"dW1 is 13 times {ALL} with 13 rows, and right with 1 rows."),
        ({13: 2, 6: 2}, f"dW1 is 2 times {ALL}, with 13 rows as with 6 rows."),
        ({13: 13, 6: 13}, f"dW1 is 13 times {ALL}, with 13 rows as with 6 rows."),
        (
            {13: 5, 6: 5},
            f"dW1 is 5 times {ALL} (5 is the number of classes), with 13 rows as with 6 rows.",
        ),
        ({13: -1, 6: -1}, "dW1 has the opposite sign in every entry, with 13 rows as with 6 rows."),
        (
            {13: 0.3, 6: 0.7},
            f"dW1 is 0.3 times {ALL} with 13 rows, and 0.7 times with 6 rows.",
        ),
        (
            {13: 13, 6: 6, 4: 4},
            f"dW1 is 13 times {ALL} with 13 rows, 6 times with 6 rows, and 4 times with 4 rows.",
        ),
    ],
)
def test_several_batches_tell_which_constant_a_factor_is(factors: dict[int, float], words: str) -> None:
    assert explain("dW1", looks(factors)).message == words


def test_a_factor_that_one_batch_alone_shows_is_told_as_such() -> None:
    one, other = looks({13: 13, 6: 6})
    rest = Look(other.got + TERM, other.want, other.scale, other.name)
    assert explain("dW1", [one, rest]).message == (
        f"dW1 is 13 times {ALL} with 13 rows, but not with 6 rows (13 is the number of rows)."
    )


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({13: 13, 6: 6}, "loss is 13 times the expected value with 13 rows, and 6 times with 6 rows."),
        ({13: 2, 6: 2}, "loss is 2 times the expected value, with 13 rows as with 6 rows."),
        ({13: 1.7, 6: 1.7}, None),  # for two numbers this may be an accident
        ({13: 1.7, 6: 0.4}, None),
    ],
)
def test_of_single_numbers_only_a_known_constant_is_told(factors: dict[int, float], words: str | None) -> None:
    found = common_factor("loss", looks(factors, (2.3, 1.1)))
    assert (found and found.message) == words


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        (30.0, 15.0, "it is 30; expected 15."),  # validations before training stops
        (3.0, 36.0, "it is 3; expected 36."),
        (0.5, 0.25, "it is 2 times the expected value: 0.5, expected 0.25."),
        (5.0, 1.0, "it is 5; expected 1."),
        (13.0, 1.0, "it is 13 times the expected value: 13, expected 1 (13 is the number of rows)."),
        (-4.0, 4.0, "it has the opposite sign: -4, expected 4."),
    ],
)
def test_of_numbers_that_count_something_no_factor_is_told(got: float, want: float, words: str) -> None:
    scale = Scale({"the number of rows": 13, "the number of inputs": 12})
    assert explain("it", [Look(np.array(got), np.array(want), scale)]).message == words


@pytest.mark.parametrize(
    ("got", "want", "words"),
    [
        (
            LARGE[:, [1, 2, 3, 4, 0]],
            LARGE,
            f"It has the expected columns, shifted by one place{CLASSES}",
        ),
        (LARGE[::-1], LARGE, "It has the expected rows in reverse order."),
        (LARGE[[0, 2, 1, 3, 4, 5]], LARGE, "It has the expected rows in another order."),
        (
            LARGE[:, [0, 3, 2, 1, 4]],
            LARGE,
            f"It has the expected columns in another order{CLASSES}",
        ),
        (LARGE[0, ::-1], LARGE[0], f"It has the expected entries in reverse order{CLASSES}"),
        (
            np.eye(5)[[0, 3, 1, 4]],
            np.roll(np.eye(5)[[0, 3, 1, 4]], 1, axis=1),
            "It has the expected columns, shifted by one place",
        ),
        (LARGE[:, [1, 2, 3, 4, 0]] + 1e-3, LARGE, "It is off in every entry"),
        (np.array([3.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]), "It is off in every entry"),  # too few to be sure
        (np.roll(np.eye(5), 1, axis=1), np.eye(5), "It is off in 10 of 25 entries"),  # rows as well as columns
        (LARGE[:, [0, 0, 2, 3, 4]], LARGE, "It is off in 6 of 30 entries"),  # one column twice
    ],
)
def test_another_order_is_told_where_it_is_exact(got: Array, want: Array, words: str) -> None:
    assert explain("It", [Look(got, want, Scale(SIZES))]).message.startswith(words)


def test_labels_are_wrong_or_right_and_not_by_so_much() -> None:
    got, want = np.array([7.0, 1, 2, 2, 0]), np.array([7.0, 1, 9, 2, 3])
    assert explain("It", [Look(got, want)]).message == "It is off in 2 of 5 entries."
    ones, zeros = np.array([1.0, 1, 0, 1]), np.array([0.0, 1, 1, 0])
    assert explain("It", [Look(ones, zeros)]).message == "It is off in 3 of 4 entries."


@given(st.integers(0, 2**32), st.sampled_from([0, 1]))
def test_every_permutation_of_random_rows_or_columns_is_recognised(seed: int, axis: int) -> None:
    rng = np.random.default_rng(seed)
    want = rng.normal(size=(5, 4))
    order = rng.permutation(want.shape[axis])
    found = explain("It", [Look(np.take(want, order, axis=axis), want)])
    assert (found.code == "permuted") == (list(order) != sorted(order))


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (W + 0.01 * TERM, "dW1 is the expected value plus 0.01 times W1."),
        (W - 2 * TERM, "dW1 is the expected value minus 2 times W1."),
        (13 * W + 0.3 * TERM, "dW1 is 13 times the expected value plus 0.3 times W1."),
        ((W + 0.01 * TERM).astype(np.float32).astype(float), "dW1 is the expected value plus 0.01 times W1."),
        (W + 1e-9 * TERM, None),  # nothing worth telling
        (W * W, None),
        (W + 0.01 * TERM + [0, 0, 0.1], None),
        (W.T, None),
        (W * np.inf, None),
    ],
)
def test_a_term_too_many_or_too_few_is_named(got: Array, words: str | None) -> None:
    found = extra_term("dW1", [Look(got, W)], [TERM], "W1", SINGLE if words else DOUBLE)
    assert (found and found.message) == words


def test_a_term_that_depends_on_the_batch_is_told_for_each() -> None:
    views = [Look(W + 0.3 / 13 * TERM, W, name="13 rows"), Look(OTHER + 0.3 / 6 * TERM, OTHER, name="6 rows")]
    found = extra_term("dW1", views, [TERM, TERM], "W1", DOUBLE)
    assert found is not None
    assert found.message == (
        "dW1 is the expected value plus 0.02308 times W1 with 13 rows, "
        "and the expected value plus 0.05 times W1 with 6 rows."
    )


def spoiled(*places: tuple[Any, Any]) -> Array:
    array = np.ones((6, 5))
    for place in places:
        array[place] = np.nan
    return array


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (np.array(np.nan), "It is NaN."),
        (np.array(-np.inf), "It is infinite."),
        (spoiled((2, 1)), "1 of 30 entries of It is NaN, in row 2 (the first is 0)."),
        (spoiled((slice(1, 3), slice(None))), "10 of 30 entries of It are NaN, in rows 1 and 2 (the first is 0)."),
        (spoiled((slice(None), 4)), "6 of 30 entries of It are NaN, in column 4 (the first is 0)."),
        (spoiled((slice(5), slice(5))), "25 of 30 entries of It are NaN, in 5 of 6 rows."),
        (spoiled((slice(None), slice(None))), "30 of 30 entries of It are NaN."),
        (np.array([1.0, np.inf]), "1 of 2 entries of It is infinite."),
    ],
)
def test_it_is_told_where_a_result_is_not_finite(got: Array, words: str) -> None:
    assert not_finite(got, "It").message == words
