"""Whatever form a hand-in keeps its parameters in, they are read and written by the same names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.worker.handin import Missing, Unusable
from grader.worker.holding import leaves, shown
from grader.worker.layouts import (
    Layout,
    Place,
    canonical_gradients,
    confusable,
    find_bias_row,
    find_layout,
    parallel_slots,
    read_gradients,
    read_parameters,
    returned_arrays,
    write_gradients,
    write_parameters,
)

D, H, C = 5, 3, 2
NET = {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
DEEP = {"W1": (9, 7), "b1": (7,), "W2": (7, 5), "b2": (5,), "W3": (5, 3), "b3": (3,)}
ONE_UNIT = {"W1": (D, 1), "b1": (1,)}


def values(shapes: Any, seed: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def zeros(**shapes: tuple[int, ...]) -> dict[str, np.ndarray[Any, Any]]:
    return {name: np.zeros(shape) for name, shape in shapes.items()}


HOLDERS = {
    "a dictionary": lambda: SimpleNamespace(weights=zeros(**NET)),
    "attributes": lambda: SimpleNamespace(**zeros(**NET)),
    "a plain dictionary": lambda: zeros(w1=(D, H), b_1=(H,), w2=(H, C), b_2=(C,)),
    "transposed": lambda: SimpleNamespace(**zeros(W1=(H, D), b1=(H,), W2=(C, H), b2=(C,))),
    "columns": lambda: SimpleNamespace(**zeros(W1=(H, D), b1=(H, 1), W2=(C, H), b2=(C, 1))),
    "rows": lambda: SimpleNamespace(params=zeros(w1=(D, H), b1=(1, H), w2=(H, C), b2=(1, C))),
    "lists": lambda: SimpleNamespace(weights=[*zeros(a=(D, H), b=(H, C)).values()], biases=[np.zeros(H), np.zeros(C)]),
    "layers": lambda: SimpleNamespace(fc1=SimpleNamespace(**zeros(W=(D, H), b=(H,))), fc2=zeros(W=(H, C), b=(C,))),
    "words": lambda: SimpleNamespace(**zeros(hidden_w=(D, H), hidden_bias=(H,), output_w=(H, C), output_bias=(C,))),
    "biases in the last row": lambda: SimpleNamespace(**zeros(W1=(D + 1, H), W2=(H + 1, C))),
    "biases in a column": lambda: SimpleNamespace(**zeros(W1=(H, D + 1), W2=(C, H + 1))),
    "one in the matrix, one not": lambda: SimpleNamespace(**zeros(W1=(D + 1, H), W2=(H, C), b2=(C,))),
    "old copies beside": lambda: SimpleNamespace(best_weights=zeros(**NET), weights=zeros(**NET), cache=zeros(**NET)),
}


@pytest.mark.parametrize("make", HOLDERS.values(), ids=HOLDERS)
def test_what_is_written_is_read_and_every_array_keeps_its_shape(make: Any) -> None:
    holder, expected = make(), values(NET)
    layout = find_layout(holder, NET)
    places = dict(layout.places)
    for name, place in layout.places.items():
        if place.bias_row is not None:
            places["b" + name[1:]] = Place(place.path, place.transposed, place.bias_row, is_bias=True)
    layout = Layout(NET, places)
    before = {path: array.shape for path, array in leaves(holder).items()}
    write_parameters(holder, layout, expected)
    assert {path: array.shape for path, array in leaves(holder).items()} == before
    read = read_parameters(holder, layout)
    assert sorted(read) == sorted(NET)
    for name, value in expected.items():
        np.testing.assert_array_equal(read[name], value)


FILTERS = {"W1": (6, 2, 3, 3), "b1": (6,), "W2": (6, 4), "b2": (4,)}


@pytest.mark.parametrize(
    ("axes", "flat"), [((0, 1, 2, 3), (6, 4)), ((2, 3, 1, 0), (4, 6)), ((0, 2, 3, 1), (6, 4))], ids=str
)
def test_filters_may_have_their_axes_in_another_order(axes: tuple[int, ...], flat: tuple[int, int]) -> None:
    form = tuple(FILTERS["W1"][axis] for axis in axes)
    holder = SimpleNamespace(**zeros(kernels=form, bias=(6,), W2=flat, b2=(4,)))
    layout, expected = find_layout(holder, FILTERS), values(FILTERS)
    write_parameters(holder, layout, expected)
    np.testing.assert_array_equal(holder.kernels, expected["W1"].transpose(axes))
    told = {(("item", name),): getattr(holder, name) for name in ("kernels", "bias", "W2", "b2")}
    for read in (read_parameters(holder, layout), canonical_gradients(holder, layout, told)):
        assert sorted(read) == sorted(FILTERS)
        for name, value in expected.items():
            np.testing.assert_array_equal(read[name], value)


def test_filters_of_another_size_are_told_with_the_expected_one() -> None:
    with pytest.raises(Unusable, match=r"W1 has the shape \(6, 2, 5, 5\); for W1, \(6, 2, 3, 3\) was expected"):
        find_layout(SimpleNamespace(**zeros(W1=(6, 2, 5, 5), b1=(6,), W2=(6, 4), b2=(4,))), FILTERS)


@pytest.mark.parametrize("row", [0, -1])
def test_a_bias_stands_in_the_row_that_an_experiment_found(row: int) -> None:
    holder = SimpleNamespace(W1=np.zeros((D + 1, C)))
    path = (("attribute", "W1"),)
    layout = Layout({"W1": (D, C)}, {"W1": Place(path, False, row), "b1": Place(path, False, row, is_bias=True)})
    write_parameters(holder, layout, {"W1": np.ones((D, C)), "b1": np.full(C, 7.0)})
    assert (holder.W1[row] == 7).all()
    assert layout.shape("b1") == (C,)
    assert (read_parameters(holder, layout)["b1"] == 7).all()


@pytest.mark.parametrize("row", [0, -1])
@pytest.mark.parametrize("transposed", [False, True])
def test_an_experiment_tells_which_row_the_biases_are_in(row: int, transposed: bool) -> None:
    holder = SimpleNamespace(W1=np.zeros((C, D + 1) if transposed else (D + 1, C)))

    def loss() -> float:
        bias = (holder.W1.T if transposed else holder.W1)[row]
        return float(np.log(np.exp(bias).sum()) - bias.mean())

    assert find_bias_row(holder, Place((("attribute", "W1"),), transposed, -1), loss) == row


def test_three_layers_are_found_by_their_numbers_and_without_delay() -> None:
    holder = SimpleNamespace(weights=values(DEEP), velocity=values(DEEP, 1), old=values(DEEP, 2))
    assert {name: shown(place.path) for name, place in find_layout(holder, DEEP).places.items()} == {
        name: f"weights.{name}" for name in DEEP
    }


@pytest.mark.parametrize("bias", [0, 0.0, np.float64(0), np.float32(0), np.array(0.0), np.zeros(1), np.zeros((1, 1))])
def test_the_bias_of_one_unit_may_be_a_number(bias: Any) -> None:
    holder = SimpleNamespace(w=np.zeros((D, 1)), b=bias)
    layout = find_layout(holder, ONE_UNIT)
    write_parameters(holder, layout, {"W1": np.ones((D, 1)), "b1": np.array([2.0])})
    assert np.shape(holder.b) == np.shape(bias)
    np.testing.assert_array_equal(read_parameters(holder, layout)["b1"], [2.0])


@pytest.mark.parametrize("gradient", [0.5, np.float32(0.5), np.array(0.5), np.array([0.5]), np.array([[0.5]])])
def test_the_gradient_of_one_units_bias_may_be_a_number(gradient: Any) -> None:
    for bias in (np.zeros(1), 0.0):
        dictionary = SimpleNamespace(weights={"W1": np.zeros((D, 1)), "b1": bias})
        dictionary.gradients = {"W1": np.ones((D, 1)), "b1": gradient}
        attributes = SimpleNamespace(w=np.zeros((D, 1)), b=bias, dw=np.ones((D, 1)), db=gradient)
        for holder in (dictionary, attributes):
            read = read_gradients(holder, find_layout(holder, ONE_UNIT))
            np.testing.assert_array_equal(read["b1"], [0.5])


def test_a_number_where_a_bias_has_several_units_stays_a_number() -> None:
    holder = SimpleNamespace(weights=values(NET), gradients={**values(NET), "b1": np.float32(3)})
    assert read_gradients(holder, find_layout(holder, NET))["b1"].shape == ()


@pytest.mark.parametrize(
    "names",
    [
        ("dW1", "db1", "dW2", "db2"),
        ("d_w1", "d_b1", "d_w2", "d_b2"),
        ("W1", "b1", "W2", "b2"),
        ("dw0", "db0", "dw1", "db1"),
    ],
)
def test_gradients_are_matched_by_name_however_they_are_called(names: tuple[str, ...]) -> None:
    holder, gradients = SimpleNamespace(weights=values(NET)), values(NET, 1)
    layout = find_layout(holder, NET)
    returned = dict(zip(names, gradients.values(), strict=True))
    for value in (returned, tuple(gradients.values())):
        found = canonical_gradients(holder, layout, returned_arrays(value, tuple(NET)))
        assert sorted(found) == sorted(NET)
        for name, gradient in gradients.items():
            np.testing.assert_array_equal(found[name], gradient)


def test_a_gradient_beside_its_parameter_is_of_that_layer_whatever_number_the_layer_has() -> None:
    def layer(number: int) -> SimpleNamespace:
        return SimpleNamespace(
            W=np.ones(NET[f"W{number}"]), b=np.ones(NET[f"b{number}"]), dW=np.full(5, number), db=np.full(5, -number)
        )

    holder = SimpleNamespace(layers=[layer(1), SimpleNamespace(x=np.ones(H)), layer(2)])
    found = read_gradients(holder, find_layout(holder, NET))
    assert {name: gradient[0] for name, gradient in found.items()} == {"W1": 1, "b1": -1, "W2": 2, "b2": -2}


def test_a_gradient_of_another_shape_stays_as_it_is() -> None:
    holder = SimpleNamespace(weights=values(NET), gradients={**values(NET), "W1": np.zeros((7, 7))})
    assert read_gradients(holder, find_layout(holder, NET))["W1"].shape == (7, 7)


def test_gradients_are_written_into_slots_in_the_form_of_their_parameters() -> None:
    holder = SimpleNamespace(weights=zeros(W1=(H, D), b1=(1, H), W2=(C, H), b2=(1, C)), gradients={})
    layout, expected = find_layout(holder, NET), values(NET)
    write_gradients(holder, layout, expected, parallel_slots(holder, layout))
    assert {name: array.shape for name, array in holder.gradients.items()} == {
        name: array.shape for name, array in holder.weights.items()
    }
    for name, gradient in read_gradients(holder, layout).items():
        np.testing.assert_array_equal(gradient, expected[name])


def test_a_second_name_for_an_array_stays_one() -> None:
    holder = SimpleNamespace(weights=zeros(**NET))
    holder.W1 = holder.weights["W1"]
    write_parameters(holder, find_layout(holder, NET), values(NET))
    assert holder.W1 is holder.weights["W1"]
    assert holder.W1.any()


def test_single_precision_stays_single() -> None:
    holder = SimpleNamespace(weights={name: value.astype(np.float32) for name, value in values(NET).items()})
    write_parameters(holder, find_layout(holder, NET), values(NET))
    assert {array.dtype for array in holder.weights.values()} == {np.dtype(np.float32)}


def test_what_is_missing_or_does_not_fit_is_told_in_words() -> None:
    for holder in (SimpleNamespace(rate=0.1), SimpleNamespace(W1=None, b1=0, dW1=np.zeros((D, H)))):
        with pytest.raises(Missing, match="SimpleNamespace has no weights once it is built"):
            find_layout(holder, NET)
    with pytest.raises(Unusable, match=r"weights.W2 has the shape \(4, 4\); for W2, \(3, 2\) was expected"):
        find_layout(SimpleNamespace(weights={**values(NET), "W2": np.zeros((4, 4))}), NET)
    holder = SimpleNamespace(weights={"W1": np.zeros((D, C))})
    with pytest.raises(Missing, match="has no b1"):
        write_parameters(holder, find_layout(holder, {"W1": (D, C)}), {"b1": np.zeros(C)})


@pytest.mark.parametrize(("sizes", "expected"), [((13, 8, 5), False), ((8, 8, 5), True), ((9, 8, 5), True)])
def test_sizes_that_could_be_taken_for_each_other_are_known(sizes: tuple[int, ...], expected: bool) -> None:
    assert confusable(sizes) == expected
