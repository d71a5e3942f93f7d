"""What came back against what was expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare import Tolerance, agrees, difference, numbers, same

W = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
SQUARE = np.array([[1.0, 2.0], [-3.0, 0.5]])


@pytest.mark.parametrize(
    ("seen", "expected", "code"),
    [
        (None, W, "returned-none"),
        ("text", W, "wrong-type"),
        ([["a"]], W, "wrong-type"),
        ({"W": 1}, W, "wrong-type"),
        (W.T, W, "wrong-shape"),
        (np.float64(1.0) * np.ones(()), W, "wrong-shape"),
        (W * np.nan, W, "not-finite"),
        (np.where(W > 2, np.inf, W), W, "not-finite"),
        (np.zeros_like(W), W, "all-zero"),
        (13 * W, W, "constant-factor"),
        (-W, W, "wrong-sign"),
        (SQUARE.T, SQUARE, "transposed"),
        (W + 0.125, W, "constant-shift"),
        (W + [0.0, 0.0, 1.0], W, "wrong-value"),
        (float("nan"), 2.0, "not-finite"),
        (2.5, 1.25, "constant-factor"),
        (4.0, 2.0, "wrong-value"),  # numbers of something are doubled by chance
        (3.0, 2.0, "wrong-value"),
        (1.0, 0.0, "wrong-value"),
        ([W], [W, W], "wrong-length"),
        ({"W1": W}, {"W1": W, "b1": W}, "missing-value"),
    ],
)
def test_a_difference_is_named_by_its_most_telling_form(seen: Any, expected: Any, code: str) -> None:
    found = difference(seen, expected, "dW1")
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (W * (1 + 1e-12), W),
        (W.astype(np.float32), W),
        ([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]], W),
        (np.array([2.5]), 2.5),
        (np.array([[2.5]]), 2.5),
        (2, 2.0),
        ({"W1": W, "extra": None}, {"W1": W}),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_what_is_right_but_different_in_kind_agrees(seen: Any, expected: Any) -> None:
    assert agrees(seen, expected)


def test_a_tiny_entry_does_not_fail_a_right_gradient() -> None:
    right = np.array([1.0, 1e-9])
    assert agrees(right + [0.0, 1e-10], right)


def test_a_scalar_never_stands_for_an_array() -> None:
    assert not agrees(1.0, np.ones((3, 4)))


def test_an_absolute_tolerance_lets_a_guard_inside_a_logarithm_pass() -> None:
    assert agrees(2.30001, 2.3, Tolerance(absolute=1e-4))
    assert not agrees(2.301, 2.3, Tolerance(absolute=1e-4))


def test_expected_values_are_not_told_for_arrays() -> None:
    found = difference(W + [0.0, 0.0, 1.0], W, "dW1")
    assert found is not None
    assert "0.25" not in found.message


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_no_claim_whatever_makes_a_comparison_raise(seen: Any) -> None:
    for expected in (W, 1.0, {"loss": 2.0, "gradients": {"W1": W}}, [W, 1.0]):
        assert difference(seen, expected, "it") is not None or agrees(seen, expected)


@given(plain)
def test_a_claim_is_the_same_as_itself(seen: Any) -> None:
    assert same(seen, seen)


@given(plain)
def test_numbers_are_float64_or_nothing(seen: Any) -> None:
    array = numbers(seen)
    assert array is None or array.dtype == np.float64


def test_words_that_differ_are_told_as_they_are() -> None:
    found = difference("by itself", "as the others", "the grid")
    assert found
    assert found.message == "the grid by itself; expected: as the others."


def test_a_number_that_is_zero_is_not_zero_everywhere() -> None:
    found = difference(0.0, 2.5, "loss")
    assert found
    assert found.message == "loss is 0; expected 2.5."
