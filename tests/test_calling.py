"""What a hand-in's function returns is read, or refused in words for the student."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.worker.calling import named_numbers
from grader.worker.handin import Unusable

A, B = np.ones((2, 3)), np.zeros(4)


@pytest.mark.parametrize(
    "told",
    [(A, B), [A, B], {"dW": A, "db": B}, {"db": B, "d_w": A, "loss": 3.0}, ([[1, 1, 1], [1, 1, 1]], [0, 0, 0, 0])],
    ids=["a tuple", "a list", "a dictionary", "other spelling and order, and more", "lists of numbers"],
)
def test_several_arrays_get_their_names(told: Any) -> None:
    read = named_numbers(told, ("dW", "db"), "What backward returned")
    assert list(read) == ["dW", "db"]
    np.testing.assert_array_equal(read["dW"], A)
    np.testing.assert_array_equal(read["db"], B)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (A, "What backward returned is not 2 arrays."),
        (None, "What backward returned is not 2 arrays."),
        ((A, B, B), "What backward returned is not 2 arrays."),
        ({"dW": A}, "What backward returned is not 2 arrays."),
        ((A, None), "db in what backward returned is None."),
        ((A, "none"), "db in what backward returned is of type str"),
    ],
    ids=["one array", "nothing", "too many", "a key is missing", "one is None", "one is a text"],
)
def test_what_is_not_so_many_arrays_is_told(told: Any, words: str) -> None:
    with pytest.raises(Unusable) as caught:
        named_numbers(told, ("dW", "db"), "What backward returned")
    assert str(caught.value).startswith(words)
