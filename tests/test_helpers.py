"""What passes through a hand-in's helpers is seen from wherever they are called, and another can take their place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.worker.calling import takes_first
from grader.worker.handin import HandIn
from grader.worker.helpers import find_helpers, latest, recording, replace_helpers

MATHS = """
import numpy as np
def softmax(x):
    return x / x.sum(axis=1, keepdims=True)
def loss(labels, p):
    return p.sum() - labels.sum()
"""
NET = """
import numpy as np
from maths import softmax as normalise, loss
class Base:
    @staticmethod
    def relu(x):
        return np.maximum(x, 0)
    def soft_max(self, x):
        return x + 1
class Net(Base):
    def __init__(self):
        self.activation = self.relu
    def forward(self, x):
        return normalise(x), self.relu(x), self.activation(x), self.soft_max(x)
    def loss_of(self, x):
        return loss(np.zeros(2), x)
    def row_by_row(self, x):
        return [normalise(row[None]) for row in x]
"""
X = np.array([[1.0, 3.0], [2.0, -2.5]])


@pytest.fixture
def handin(tmp_path: Path) -> Iterator[HandIn]:
    (tmp_path / "maths.py").write_text(MATHS)
    (tmp_path / "net.py").write_text(NET)
    opened = HandIn(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def net(handin: HandIn) -> Any:
    return handin.find_class(["Net"])()


def test_helpers_are_seen_under_every_name_and_all_is_as_before_afterwards(handin: HandIn, net: Any) -> None:
    before = [helper.function for helper in find_helpers(handin, ("softmax", "relu"), net)]
    with recording(find_helpers(handin, ("softmax", "relu"), net)) as seen:
        told = net.forward(X)
    assert len(seen) >= len(told) == 4
    for expected in told:
        assert any(np.array_equal(item, expected) for item in seen)
    net.forward(X + 1)
    assert not any(np.array_equal(item, net.forward(X + 1)[0]) for item in seen)
    assert [helper.function for helper in find_helpers(handin, ("softmax", "relu"), net)] == before


def test_what_helpers_are_given_is_seen_and_a_failure_leaves_nothing_behind(handin: HandIn, net: Any) -> None:
    with recording(find_helpers(handin, ("softmax",), net), inputs=True) as seen:
        net.forward(X)
    assert seen
    assert all(np.array_equal(item, X) for item in seen)
    with pytest.raises(AttributeError), recording(find_helpers(handin, ("softmax",), net)):
        net.forward(None)
    assert {helper.function.__name__ for helper in find_helpers(handin, ("softmax",), net)} == {"softmax", "soft_max"}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([X, X + 1], X + 1),
        ([X, np.ones((3, 3)), "text", None], X),
        ([X[0], X[1]], X),
        ([X[:1], X[1:]], X),
        ([X[0]], None),
        ([X > 0], None),
        ([], None),
    ],
)
def test_the_latest_array_of_a_shape_counts_or_its_rows(seen: list[Any], expected: Any) -> None:
    np.testing.assert_equal(latest(seen, (2, 2)), expected)


def test_a_function_takes_the_place_of_a_helper_wherever_it_is_called(handin: HandIn, net: Any) -> None:
    replace_helpers(handin, ("softmax",), lambda x: x - 7, 1)
    first, relu, _, last = net.forward(X)
    assert (first == X - 7).all()
    assert (last == X - 7).all()
    assert (relu == np.maximum(X, 0)).all()
    assert (net.soft_max(X[0]) == X[0] - 7).all()


def test_a_function_in_place_of_another_gets_its_arguments_in_its_own_order(handin: HandIn, net: Any) -> None:
    replace_helpers(handin, ("loss",), lambda p, y: (p, y), 2, lambda function: takes_first(function, "labels", "p"))
    p, labels = net.loss_of(X)
    assert (p == X).all()
    assert (labels == 0).all()


def test_where_there_is_no_helper_the_classes_get_one(handin: HandIn, net: Any) -> None:
    replace_helpers(handin, ("sigmoid", "logistic"), np.tanh, 1)
    assert (net.sigmoid(X) == np.tanh(X)).all()


def test_a_function_takes_the_place_of_a_helper_that_was_not_imported_yet(tmp_path: Path) -> None:
    (tmp_path / "maths.py").write_text("def shifted(x, by=1):\n    return x + by\n", "utf-8")
    (tmp_path / "net.py").write_text("from maths import shifted\ndef run(x): return shifted(x, 3)\n", "utf-8")
    handin = HandIn(tmp_path)
    try:
        replace_helpers(handin, ("shifted",), lambda x, by: (x, by))
        x, by = handin.module("net.py").run(X)
    finally:
        handin.close()
    assert (x == X).all()
    assert by == 3


def test_parameters_are_compared_in_their_order_without_self() -> None:
    def loss(self: Any, y_true: Any, y_pred: Any) -> None: ...

    assert takes_first(loss, "ytrue|y", "ypred|p")
    assert not takes_first(loss, "ypred|p", "ytrue|y")
    assert not takes_first(loss, "ytrue", "ypred", "w")
