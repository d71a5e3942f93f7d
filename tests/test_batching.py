"""Batches are read from whatever a hand-in returns them in, and results from whatever order they come in."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest

from grader.worker.batching import in_order, read_batches, require_most_rows, row_numbers
from grader.worker.handin import Unusable
from grader.worker.results import listed, loss_and_accuracy

X, Y = np.arange(10.0).reshape(5, 2), np.arange(5)
PARTS = (slice(0, 2), slice(2, 4), slice(4, 5))

FORMS: dict[str, Callable[[], Any]] = {
    "two lists": lambda: ([X[part] for part in PARTS], [Y[part] for part in PARTS]),
    "lists of lists": lambda: ([X[part].tolist() for part in PARTS], [Y[part].tolist() for part in PARTS]),
    "pairs": lambda: [(X[part], Y[part]) for part in PARTS],
    "a generator of pairs": lambda: ([X[part], Y[part]] for part in PARTS),
    "zip": lambda: zip([X[part] for part in PARTS], [list(Y[part]) for part in PARTS], strict=True),
    "dictionary values": lambda: {part.start: (X[part], Y[part]) for part in PARTS}.values(),
}


@pytest.mark.parametrize("make", FORMS.values(), ids=FORMS)
def test_batches_are_the_same_in_every_form(make: Callable[[], Any]) -> None:
    batches = read_batches(make(), "batches", 10)
    assert len(batches) == 3
    for (inputs, labels), part in zip(batches, PARTS, strict=True):
        np.testing.assert_array_equal(inputs, X[part])
        np.testing.assert_array_equal(labels, Y[part])


@pytest.mark.parametrize("labels", [Y, Y[:, None], np.eye(5)])
def test_two_pairs_are_two_batches_and_two_lists_of_two_are_too(labels: Any) -> None:
    pairs = [(X[:2], labels[:2]), (X[2:], labels[2:])]
    for made in (pairs, zip(*pairs, strict=True)):
        for (inputs, told), (part, expected) in zip(read_batches(made, "batches", 10), pairs, strict=True):
            np.testing.assert_array_equal(inputs, part)
            np.testing.assert_array_equal(told, expected)


def test_a_batch_without_labels_stays_visible() -> None:
    assert [labels.tolist() for _, labels in read_batches(([X, X], [Y]), "batches", 10)] == [[0, 1, 2, 3, 4], []]


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "batches returned None"),
        (3, "a value of type int, not batches"),
        (((X, Y) for _ in count()), "batches without end"),
        ([X, Y, X], "neither two lists of batches nor pairs"),
        ([3, 4], "a value of type int where a list of batches was expected"),
        ([("a", "b"), ("c", "d"), ("e", "f")], "A batch from batches"),
    ],
)
def test_what_are_no_batches_is_told(result: Any, message: str) -> None:
    with pytest.raises(Unusable, match=message):
        read_batches(result, "batches", 10)


def test_rows_that_went_through_as_inputs_are_known_again() -> None:
    assert row_numbers(np.array([[3.0], [0.999999]])).tolist() == [3, 1]


@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        ([[0, 1], [2, 3, 4]], [2, 3], None),
        ([[0, 1, 2]], [3], None),
        ([[0, 1], []], [2, 0], "a batch is empty"),
        ([[0, 1]], [3], "other rows or labels"),
        ([[0, 1, 5]], [3], "other rows or labels"),
        ([[0, 1]], [2], "most rows are in no batch"),
    ],
)
def test_batches_must_hold_most_of_the_rows_that_there_are(
    rows: list[list[int]], labels: list[int], message: str | None
) -> None:
    batches = [(np.array(part, dtype=int), np.zeros(size)) for part, size in zip(rows, labels, strict=True)]
    if message is None:
        require_most_rows(batches, 5)
    else:
        with pytest.raises(Unusable, match=message):
            require_most_rows(batches, 5)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (0.5, (0.5, None, [])),
        ((0.5, 0.9), (0.5, 0.9, [])),
        ((0.5, 0.9, "cache"), (0.5, 0.9, ["cache"])),
        ((0.5, {"W1": 1}), (0.5, None, [{"W1": 1}])),
        ({"acc": 0.9, "Loss": 0.5, "grads": 1}, (0.5, 0.9, [1])),
        ({"total_cost": 0.5}, (0.5, None, [])),
        (np.array([0.5, 0.9]), (0.5, 0.9, [])),
        ((), (None, None, [])),
        ([0.5], (0.5, None, [])),
    ],
)
def test_loss_and_accuracy_are_found_in_any_order(result: Any, expected: Any) -> None:
    assert loss_and_accuracy(result) == expected


def test_one_result_is_a_list_of_one() -> None:
    assert (listed(3), listed((3, 4)), listed([3])) == ([3], [3, 4], [3])


@pytest.mark.parametrize(("every", "together"), [(False, False), (True, True)])
def test_rows_and_labels_shuffled_apart_stay_together_only_where_every_order_is_kept(
    every: bool, together: bool
) -> None:
    rows, labels = X.copy(), Y.copy()
    with in_order(every=every):
        np.random.shuffle(rows)
        np.random.shuffle(labels)
    np.testing.assert_array_equal(rows, X)
    assert np.array_equal(labels, Y) == together
