"""What the commonest exceptions mean, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.worker.plainly import in_words

ROW, TABLE = np.zeros(3), np.zeros((2, 3))


@pytest.mark.parametrize(
    ("stumble", "words"),
    [
        (lambda: ROW.sum(axis=1), "so with 1 of them none is axis 1"),
        (lambda: TABLE[5, 0], "Axis 0 has 2 entries"),
        (lambda: ROW[0, 0], "fewer axes than there are indices"),
        (lambda: ROW + np.zeros(4), "cannot be combined entry by entry"),
        (lambda: TABLE @ TABLE, "as many columns as the second has rows"),
        (lambda: np.dot(TABLE, TABLE), "as many columns as the second has rows"),
        (lambda: ROW.reshape(2, 2), "exactly as many entries"),
        (lambda: None + 1, "Something is None here"),
        (lambda: {}[("W", 1)], "has no entry ('W', 1) at this line"),
        (lambda: [][0], "fewer entries than this line expects"),
        (lambda: bool(TABLE), "one yes or no"),
        (lambda: unknown, "before anything is stored under it"),  # noqa: F821
        (lambda: (lambda x: x)(), "do not fit together"),
        (lambda: (1, 2).shape, "A tuple or a list stands where"),
        (lambda: [1, 2].__getitem__((0, 1)), "A tuple or a list stands where"),
        (lambda: ROW.Mean(), "nothing of this name"),  # type: ignore[attr-defined]
        (lambda: 1 / 0, "The divisor is zero"),
    ],
)
def test_a_common_exception_is_said_in_words(stumble: Callable[[], Any], words: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 – the table has every kind
        stumble()
    assert words in in_words(f"{type(caught.value).__name__}: {caught.value}")


def test_of_other_exceptions_nothing_is_said() -> None:
    assert in_words("ValueError: x") == ""
    assert in_words("a" * 10**6) == ""
