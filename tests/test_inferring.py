"""Probabilities that nobody returns are seen on their way to the loss, or told by the losses of single rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.worker.inferring import computed_from, infer_probabilities, probabilities_by_losses

C = 4
W = np.random.default_rng(0).normal(size=(5, C))
X = np.random.default_rng(1).normal(size=(7, 5))
Array = np.ndarray[Any, np.dtype[Any]]


def softmax(X: Array) -> Array:
    e = np.exp(X @ W)
    return e / e.sum(axis=1, keepdims=True)


class Counting:
    """A cross-entropy that counts how often it is asked; `plain` refuses arrays of other classes."""

    def __init__(self, plain: bool = False, scale: float = 1.0) -> None:
        self.asked, self.plain, self.scale = 0, plain, scale

    def __call__(self, X: Array, y: Array) -> Any:
        self.asked += 1
        if self.plain and type(X) is not np.ndarray:
            raise TypeError
        return -self.scale * np.log(softmax(X)[np.arange(len(y)), y]).mean()


def test_what_is_seen_on_the_way_is_believed_once_two_rows_confirm_it() -> None:
    loss = Counting()
    np.testing.assert_allclose(infer_probabilities(X, C, loss), softmax(X))
    assert loss.asked == 1 + 2 * C


def test_every_row_is_asked_about_where_nothing_can_be_seen() -> None:
    loss = Counting(plain=True)
    np.testing.assert_allclose(infer_probabilities(X, C, loss), softmax(X))
    assert loss.asked == 1 + len(X) * C


def test_what_was_seen_and_is_not_the_losss_own_is_not_believed() -> None:
    def loss(X: Array, y: Array) -> Any:
        decoy = np.abs(X[:, :C])
        _ = decoy / decoy.sum(axis=1, keepdims=True)
        return Counting()(np.asarray(X), y)

    np.testing.assert_allclose(infer_probabilities(X, C, loss), softmax(X))


def test_losses_that_are_no_probabilities_tell_nothing() -> None:
    assert infer_probabilities(X, C, Counting(scale=3.0)) is None
    assert infer_probabilities(X, C, Counting(plain=True, scale=3.0)) is None
    assert infer_probabilities(X, C, lambda X, y: float("nan")) is None


def test_too_many_questions_are_not_asked() -> None:
    loss = Counting(plain=True)
    assert infer_probabilities(np.zeros((6000, 5)), C, loss) is None
    assert loss.asked == 1


def test_a_constant_answer_is_found_out_early() -> None:
    calls: list[int] = []

    def loss(X: Array, y: Array) -> float:
        calls.append(1)
        return float(np.log(C))

    np.testing.assert_allclose(probabilities_by_losses(np.ones((1000, 5)), C, loss), np.full((1000, C), 1 / C))
    assert len(calls) == 5 * C


@pytest.mark.parametrize("function", [lambda X: X.nothing, lambda X: 1 / 0, lambda X: np.asarray(X).sum()])
def test_a_function_that_cannot_be_watched_shows_nothing(function: Any) -> None:
    assert computed_from(X, function) == []


def test_every_matrix_on_the_way_is_seen_in_order() -> None:
    seen = computed_from(X, lambda X: np.maximum(X * 2, 0).sum())
    np.testing.assert_array_equal(seen, [X * 2, np.maximum(X * 2, 0)])
