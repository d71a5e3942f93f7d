"""Methods are found by the names they go by, and a class's source says what it does without being run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.worker.calling import takes
from grader.worker.handin import HandIn
from grader.worker.methods import (
    arguments_written,
    call_by_name,
    find_method,
    items_written,
    mentioned,
    methods_called,
    own_classes,
    syntax_of,
    without_self,
)

SOURCE = """
from abc import ABC

class Base(ABC):
    def step(self):
        self.penalise(0.1)

    def penalise(self, rate):
        self.rate = rate

class Momentum(Base):
    def __init__(self, lr: float = 0.1, *, decay=0.9):
        self.grads = {}

    def step(self):
        super().step()
        self._fill()

    def _fill(self):
        self.grads["W1"] = self.grads['b1'] = 0
        self.grads[self.name] = 1

    def unused(self):
        self.elsewhere()

def helper(x, y=2):
    return x
"""


@pytest.fixture
def handin(tmp_path: Path) -> Iterator[HandIn]:
    (tmp_path / "optimizer.py").write_text(SOURCE)
    opened = HandIn(tmp_path)
    yield opened
    opened.close()


class Net:
    def forward_pass(self) -> str:
        return "forward"

    def __call__(self) -> str:
        return "call"

    train = 3


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("forward", "forward_pass", "__call__"), "forward"),
        (("__call__", "forward_pass"), "call"),
        (("ForwardPass",), "forward"),
        (("loss",), "own"),
        (("train",), None),
        (("backward",), None),
    ],
)
def test_a_method_goes_by_the_likeliest_of_its_names(names: tuple[str, ...], found: str | None) -> None:
    net = Net()
    net.loss = lambda: "own"  # type: ignore[attr-defined]
    method = find_method(net, names)
    assert (method and method()) == found


class _Called:
    def forward(self, x: int) -> int:
        return x

    __call__ = forward
    predict = forward


class _Overridden(_Called):
    def forward(self, x: int) -> int:
        return -x


@pytest.mark.parametrize(("kind", "before", "after"), [(_Called, 1, 7), (_Overridden, 1, 1)])
def test_other_names_of_a_method_follow_its_first_unless_they_are_another(
    kind: type[Any], before: int, after: int
) -> None:
    made = kind()
    call_by_name(kind, "forward")
    assert (made(1), made.predict(1)) == (before, before)
    vars(made)["forward"] = lambda x: 7
    assert (made(1), made.predict(1)) == (after, after)


def test_a_method_without_self_is_called_as_a_function() -> None:
    class Forgetful:
        def relu(x: int) -> int:  # type: ignore[misc]  # noqa: N805  the mistake in question
            return x

        def tanh(self, x: int) -> int:
            return x

        def any(*args: int) -> int:
            return args[-1]

    made = Forgetful()
    for name in ("relu", "tanh", "any"):
        function: Callable[..., Any] = without_self(getattr(made, name), 1)
        assert function(7) == 7


def test_the_source_of_a_class_is_read_with_that_of_its_bases(handin: HandIn) -> None:
    kind = handin.find_class(["Momentum"])
    assert set(syntax_of(handin, kind)) == {"__init__", "step", "_fill", "unused", "penalise"}
    assert len(syntax_of(handin, kind)["step"]) == 2
    assert {"penalise", "rate", "_fill", "grads"} <= mentioned(handin, kind, ("step",))
    assert "elsewhere" not in mentioned(handin, kind, ("step",))
    assert items_written(handin, kind) == {("grads", "W1"), ("grads", "b1")}


def test_only_the_hand_ins_own_classes_are_listed(handin: HandIn) -> None:
    handin.module("optimizer.py")
    assert [kind.__name__ for kind in own_classes(handin)] == ["Base", "Momentum"]


def test_arguments_are_told_as_they_were_written(handin: HandIn) -> None:
    written = {definition.name: arguments_written(definition) for definition in handin.definitions}
    assert written == {"Base": "", "Momentum": "self, lr: float=0.1, *, decay=0.9", "helper": "x, y=2"}


def test_what_is_called_as_a_method_is_told() -> None:
    assert methods_called(ast.parse("a.b(c.d.e(f(1)))")) == {"b", "e"}


@pytest.mark.parametrize(
    ("pattern", "required", "expected"),
    [("lr|learningrate", False, True), ("rate", False, False), ("learningrate", True, True), ("seed", True, False)],
)
def test_a_function_is_asked_whether_it_takes_something(pattern: str, required: bool, expected: bool) -> None:
    def step(learning_rate: float, _seed: int = 3) -> None: ...

    assert takes(step, pattern, required) is expected
    assert takes(3, pattern, required) is False
