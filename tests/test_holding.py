"""Arrays are found in any object, and their names are read as a student means them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.worker.handin import Unusable
from grader.worker.holding import (
    get,
    gradient_leaves,
    gradient_picture,
    is_bias,
    is_gradient,
    layer_of,
    leaves,
    parameter_leaves,
    put,
    shown,
)

A, B = np.ones((3, 2)), np.ones(2)


class Slotted:
    __slots__ = ("W",)

    def __init__(self) -> None:
        self.W = A


class Shared:
    weights = {"W1": A}  # noqa: RUF012  a dictionary that all instances share is what is looked for


@pytest.mark.parametrize(
    ("holder", "found"),
    [
        (SimpleNamespace(W1=A, name="net", sizes=[3, 2]), ["W1"]),
        (SimpleNamespace(weights={"W1": A, "b1": B}), ["weights.W1", "weights.b1"]),
        (SimpleNamespace(layers=[SimpleNamespace(W=A), SimpleNamespace(W=A)]), ["layers.0.W", "layers.1.W"]),
        ({"w1": A, "b_1": B}, ["w1", "b_1"]),
        ([A, B], ["0", "1"]),
        (Slotted(), ["W"]),
        (Shared(), ["weights.W1"]),
        (SimpleNamespace(names=np.array(["a"]), flags=np.array([True]), kind=dict, f=len), []),
        (SimpleNamespace(rate=0.1, bias_correction=True, seed=3), []),
        ([[[[[A]]]]], []),
        (None, []),
    ],
)
def test_every_array_of_numbers_is_found_in_whatever_holds_it(holder: Any, found: list[str]) -> None:
    assert [shown(path) for path in leaves(holder)] == found


@pytest.mark.parametrize("number", [1, 0.5, np.float64(0.5), np.float32(0.5), np.float16(0.5), np.int64(2)])
@pytest.mark.parametrize("name", ["b1", "db2", "bias", "bias_grad"])
def test_a_number_of_any_type_stands_for_a_bias(name: str, number: Any) -> None:
    for holder in (SimpleNamespace(**{name: number}), SimpleNamespace(weights={name: number})):
        assert [float(each) for each in leaves(holder).values()] == [float(number)]
        assert leaves(holder, arrays_only=True) == {}


def test_an_object_that_holds_itself_and_a_crowd_of_arrays_end() -> None:
    holder = SimpleNamespace(many=dict.fromkeys(range(1000), B))
    holder.itself = holder
    assert 200 <= len(leaves(holder)) <= 210


def test_gradients_and_parameters_are_told_apart_by_name() -> None:
    holder = SimpleNamespace(W1=A, dW1=A, grads={"W1": A}, weights=[B], delta=B)
    assert [shown(path) for path in parameter_leaves(holder)] == ["W1", "weights.0"]
    assert [shown(path) for path in gradient_leaves(holder)] == ["dW1", "grads.W1", "delta"]
    before = gradient_picture(holder)
    holder.grads["W1"] = A + 1
    assert gradient_picture(holder) != before


def test_gradients_may_be_worked_out_when_somebody_asks_for_them() -> None:
    class Lazy:
        gradients = property(lambda self: {"W1": A, "b1": B})
        weights = property(lambda self: {"W1": A})

    assert [shown(path) for path in gradient_leaves(Lazy())] == ["gradients.W1", "gradients.b1"]


@pytest.mark.parametrize(
    ("names", "gradient", "bias", "layer"),
    [
        (("weights", "W1"), False, False, 1),
        (("weights", "b2"), False, True, 2),
        (("gradients", "b2"), True, True, 2),
        (("d_w1",), True, False, 1),
        (("db",), True, True, None),
        (("grad_bias_2",), True, True, 2),
        (("hidden_weights",), False, False, 1),
        (("output_bias",), False, True, 2),
        (("biases", 1), False, True, 1),
        (("layers", 0, "b"), False, True, 0),
        (("layers", 0, "db"), True, True, 0),
        (("layers", 0, "W"), False, False, 0),
        (("fc2", "weight"), False, False, 2),
        (("batch",), False, False, None),
    ],
)
def test_a_name_says_what_an_array_is(names: tuple[Any, ...], gradient: bool, bias: bool, layer: int | None) -> None:
    path = tuple(("item" if place else "attribute", name) for place, name in enumerate(names))
    assert (is_gradient(path), is_bias(path), layer_of(path)) == (gradient, bias, layer)


def test_the_output_layer_is_the_last_of_however_many() -> None:
    path = (("attribute", "W_out"),)
    assert [layer_of(path, layers) for layers in (1, 2, 3)] == [1, 2, 3]


def test_an_array_is_set_where_it_was_found_and_its_holder_stays() -> None:
    holder = SimpleNamespace(weights={"W1": A})
    kept, path = holder.weights, next(iter(leaves(holder)))
    put(holder, path, B)
    assert holder.weights is kept
    assert get(holder, path) is B


@pytest.mark.parametrize(
    ("holder", "path"),
    [
        (SimpleNamespace(weights=(A,)), (("attribute", "weights"), ("item", 0))),
        (object(), (("attribute", "W1"),)),
        (SimpleNamespace(), (("attribute", "weights"), ("item", "W1"))),
    ],
)
def test_what_cannot_be_set_is_told(holder: Any, path: Any) -> None:
    with pytest.raises(Unusable, match=r"cannot be set|no longer has"):
        put(holder, path, B)


def test_what_is_gone_is_told_unless_there_is_a_default() -> None:
    path = (("attribute", "weights"), ("item", "W1"))
    assert get(SimpleNamespace(weights={}), path, None) is None
    with pytest.raises(Unusable, match=r"no longer has weights\.W1"):
        get(SimpleNamespace(weights={}), path)
