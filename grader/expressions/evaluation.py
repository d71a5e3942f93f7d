"""Tree → numbers, at all values of the indices at once.

A value is an array with one axis for each index (of length one where it does not depend on that index). Behind these it
has none for a number, one for a vector, two for a matrix. Everything is float64: a power overflows to infinity instead
of growing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from grader.expressions.errors import ExpressionError
from grader.expressions.parser import MOST_SUMS
from grader.expressions.tree import (
    Binary,
    Call,
    Cases,
    Compare,
    Constant,
    Indexed,
    Negative,
    Node,
    Sum,
    Variable,
)

__all__ = ["agree", "evaluate", "whole"]

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
MOST_NUMBERS = 200_000  # in one value


@dataclass(frozen=True, slots=True)
class Value:
    """Numbers; `row` marks a transposed vector, which makes a scalar product with the next one."""

    array: Array
    rank: int = 0
    row: bool = False


def evaluate(node: Node, variables: Mapping[str, Array | float], indices: Sequence[str] = (), length: int = 1) -> Array:
    """The formula's value for all values of the indices, one axis each.

    A formula without an index where one is due is a vector or a matrix; its entries then run along the indices.

    Raises:
        ExpressionError: the shapes in it do not fit each other, or the indices.
    """
    evaluation = _Evaluation(variables, indices, length)
    with np.errstate(all="ignore"):
        value = evaluation.value(node)
        return evaluation.by_indices(value, node.column)


def whole(node: Node, variables: Mapping[str, Array | float], length: int = 1) -> Array:
    """The formula's value as it is: a number, a vector or a matrix.

    Raises:
        ExpressionError: the shapes in it do not fit each other.
    """
    with np.errstate(all="ignore"):
        array = _Evaluation(variables, (), length).value(node).array
    return array.reshape(array.shape[MOST_SUMS:])


def agree(found: Array, right: Array, tolerance: float) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the two agree, measured by the largest number on the right; what is not a number agrees with nothing."""
    with np.errstate(all="ignore"):
        scale = np.max(np.abs(right), initial=0.0)
        return np.asarray(np.abs(found - right) <= tolerance * scale + 1e-300)


class _Evaluation:
    """One formula at one point."""

    def __init__(self, variables: Mapping[str, Array | float], indices: Sequence[str], length: int) -> None:
        self.declared, self.length = tuple(indices), length
        self.axes = len(indices) + MOST_SUMS
        self.variables = {
            name: np.asarray(value, np.float64).reshape((1,) * self.axes + np.shape(value))
            for name, value in variables.items()
        }
        self.scope = {index: self.index(axis) for axis, index in enumerate(indices)}
        self.depth = 0

    def index(self, axis: int) -> Array:
        shape = [1] * self.axes
        shape[axis] = self.length
        return np.arange(self.length, dtype=np.float64).reshape(shape)

    def value(self, node: Node) -> Value:
        match node:
            case Constant(number):
                return Value(np.full((1,) * self.axes, number))
            case Variable(name):
                return self.variable(name)
            case Negative(inside):
                value = self.value(inside)
                return Value(-value.array, value.rank, value.row)
            case Binary():
                return self.chain(node)
            case Compare(sign, left, right):
                return self.elementwise(_COMPARE[sign], self.value(left), self.value(right), node)
            case Indexed(inside, indices):
                return self.entry(self.value(inside), indices, node)
            case Call(function, arguments):
                return self.call(function, arguments, node)
            case Sum():
                return self.sum(node)
            case Cases(pieces):
                return self.cases(pieces, node)

    def variable(self, name: str) -> Value:
        if name in self.scope:
            return Value(self.scope[name] + 1)
        array = self.variables[name]
        return Value(array, array.ndim - self.axes)

    def chain(self, node: Node) -> Value:
        """A sum or product of many, without a level of recursion for each."""
        spine: list[Binary] = []
        while isinstance(node, Binary):
            spine.append(node)
            node = node.left
        value = self.value(node)
        for each in reversed(spine):
            value = self.binary(each, value, self.value(each.right))
        return value

    def binary(self, node: Binary, left: Value, right: Value) -> Value:
        if node.sign in {"*", "@", ""}:
            product = self.product(node, left, right)
            if product is not None:
                return product
        if node.sign == "^" and right.rank:
            raise ExpressionError("an exponent is a number here, not a vector", node.column)
        if node.sign == "@":
            raise ExpressionError("@ stands between vectors and matrices", node.column)
        return self.elementwise(_ARITHMETIC[node.sign], left, right, node)

    def product(self, node: Binary, left: Value, right: Value) -> Value | None:
        """The product of linear algebra, where it is one: xᵀy, x yᵀ, W x; None for one entry by entry."""
        if left.rank == right.rank == 1 and (node.sign == "@" or left.row) and not right.row:
            return self.reduced(self.elementwise(np.multiply, left, right, node))
        if left.rank == right.rank == 1 and right.row and not left.row:
            return self.outer(left, right, node)
        if node.sign == "*" or not (left.rank and right.rank):
            return None
        if left.rank == 2 and right.rank == 1:
            return self.reduced(self.elementwise(np.multiply, left, self.spread(right), node))
        if left.rank == 1 and right.rank == 2:
            turned = Value(np.swapaxes(right.array, -1, -2), 2)
            return self.reduced(self.elementwise(np.multiply, turned, self.spread(left), node))
        if left.rank == right.rank == 2:
            raise ExpressionError("a product of two matrices is not read here", node.column)
        return None

    def spread(self, value: Value) -> Value:
        return Value(value.array[..., None, :], 2)

    def outer(self, left: Value, right: Value, node: Node) -> Value:
        return self.elementwise(np.multiply, Value(left.array[..., :, None], 2), self.spread(right), node)

    def reduced(self, value: Value) -> Value:
        return Value(np.sum(value.array, axis=-1), value.rank - 1)

    def elementwise(self, function: Callable[..., Any], left: Value, right: Value, node: Node) -> Value:
        if left.rank != right.rank and left.rank and right.rank:
            raise ExpressionError("a vector and a matrix meet here entry by entry", node.column)
        rank = max(left.rank, right.rank)
        a, b = (each.array[(..., *(None,) * (rank - each.rank))] for each in (left, right))
        self.fits(np.broadcast_shapes(a.shape, b.shape), node)
        row = rank == 1 and (left.row or left.rank == 0) and (right.row or right.rank == 0)
        return Value(np.asarray(function(a, b), np.float64), rank, row)

    def fits(self, shape: Sequence[int], node: Node) -> None:
        if np.prod(shape, dtype=np.float64) > MOST_NUMBERS:
            raise ExpressionError("too many sums and indices lie in each other", node.column)

    def entry(self, value: Value, indices: tuple[str | int, ...], node: Node) -> Value:
        if value.rank == 0:  # whoever writes x_i for a number means that number
            return value
        if len(indices) != value.rank:
            expected = "one index is" if value.rank == 1 else "two indices are"
            raise ExpressionError(f"{expected} expected here", node.column)
        places = [self.place(index, node) for index in indices]
        shape = np.broadcast_shapes(value.array.shape[: self.axes], *(place.shape for place in places))
        self.fits((*shape, *value.array.shape[self.axes :]), node)
        flat = np.broadcast_to(value.array, shape + value.array.shape[self.axes :]).reshape((*shape, -1))
        place = places[0] if value.rank == 1 else places[0] * self.length + places[1]
        where = np.broadcast_to(place, shape)[..., None].astype(np.intp)
        return Value(np.take_along_axis(flat, where, axis=-1)[..., 0])

    def place(self, index: str | int, node: Node) -> Array:
        if isinstance(index, str):
            return self.scope[index]
        if not 0 <= index < self.length:
            raise ExpressionError(f"there is no entry {index + 1} here", node.column)
        return np.full((1,) * self.axes, float(index))

    def sum(self, node: Sum) -> Value:
        axis = len(self.declared) + self.depth
        before = self.scope.get(node.index)
        self.scope[node.index] = self.index(axis)
        self.depth += 1
        value = self.value(node.inside)
        if node.condition is not None:
            value = self.elementwise(np.multiply, value, self.value(node.condition), node)
        self.depth -= 1
        del self.scope[node.index]
        if before is not None:
            self.scope[node.index] = before
        if value.rank:
            return self.reduced(value)  # sum_k v without the k on v
        times = 1 if value.array.shape[axis] > 1 or self.length == 1 else self.length
        return Value(np.sum(value.array, axis=axis, keepdims=True) * times)

    def cases(self, pieces: tuple[tuple[Node, Node | None], ...], node: Node) -> Value:
        """The first piece whose condition holds, and no number where none does."""
        result = Value(np.full((1,) * self.axes, np.nan))
        for inside, condition in reversed(pieces):
            value = self.value(inside)
            if condition is None:
                result = value
                continue
            holds = self.value(condition)
            if holds.rank or value.rank:
                raise ExpressionError("cases are written with indices here, one number for each", node.column)
            result = Value(np.where(holds.array != 0, value.array, result.array))
        return result

    def call(self, function: str, arguments: tuple[Node, ...], node: Node) -> Value:
        if function == "softmax" and isinstance(arguments[0], Indexed) and len(arguments) == 1:
            inside = arguments[0]  # softmax(z_i) is meant as softmax(z)_i
            return self.entry(self.call(function, (inside.inside,), node), inside.indices, node)
        values = [self.value(each) for each in arguments]
        if function in _ONE:
            self.counted(function, values, (1,), node)
            value = values[0]
            return Value(np.asarray(_ONE[function](value.array), np.float64), value.rank, value.row)
        return getattr(self, f"call_{function}")(values, node)  # type: ignore[no-any-return]  # a name from our own table

    def counted(self, function: str, values: Sequence[Value], allowed: tuple[int, ...], node: Node) -> None:
        if len(values) not in allowed:
            raise ExpressionError(f"{function} takes {' or '.join(map(str, allowed))}, not {len(values)}", node.column)

    def vectors(self, function: str, values: Sequence[Value], count: int, node: Node) -> None:
        self.counted(function, values, (count,), node)
        if any(value.rank != 1 for value in values):
            raise ExpressionError(f"{function} needs a whole vector, without an index", node.column)

    def call_transpose(self, values: list[Value], node: Node) -> Value:
        value = values[0]
        if value.rank == 2:
            return Value(np.swapaxes(value.array, -1, -2), 2)
        return Value(value.array, value.rank, value.rank == 1 and not value.row)

    def call_softmax(self, values: list[Value], node: Node) -> Value:
        self.vectors("softmax", values, 1, node)
        raised = np.exp(values[0].array - np.max(values[0].array, axis=-1, keepdims=True))
        return Value(raised / np.sum(raised, axis=-1, keepdims=True), 1)

    def call_sum(self, values: list[Value], node: Node) -> Value:
        self.counted("sum", values, (1,), node)
        if not values[0].rank:
            raise ExpressionError("a sum needs its index, as in sum_k, or a whole vector", node.column)
        return self.reduced(values[0])

    def call_mean(self, values: list[Value], node: Node) -> Value:
        self.vectors("mean", values, 1, node)
        return Value(np.mean(values[0].array, axis=-1))

    def call_norm(self, values: list[Value], node: Node) -> Value:
        self.vectors("norm", values, 1, node)
        return Value(np.sqrt(np.sum(np.square(values[0].array), axis=-1)))

    def call_max(self, values: list[Value], node: Node) -> Value:
        return self.extreme("max", np.maximum, np.max, values, node)

    def call_min(self, values: list[Value], node: Node) -> Value:
        return self.extreme("min", np.minimum, np.min, values, node)

    def extreme(
        self, name: str, of_two: Callable[..., Any], of_all: Callable[..., Any], values: list[Value], node: Node
    ) -> Value:
        self.counted(name, values, (1, 2), node)
        if len(values) == 2:
            return self.elementwise(of_two, values[0], values[1], node)
        self.vectors(name, values, 1, node)
        return Value(np.asarray(of_all(values[0].array, axis=-1)))

    def call_dot(self, values: list[Value], node: Node) -> Value:
        self.vectors("dot", values, 2, node)
        return self.reduced(self.elementwise(np.multiply, values[0], values[1], node))

    def call_outer(self, values: list[Value], node: Node) -> Value:
        self.vectors("outer", values, 2, node)
        return self.outer(values[0], values[1], node)

    def call_diag(self, values: list[Value], node: Node) -> Value:
        self.vectors("diag", values, 1, node)
        return Value(values[0].array[..., None] * np.eye(values[0].array.shape[-1]), 2)

    def call_onehot(self, values: list[Value], node: Node) -> Value:
        self.counted("one_hot", values[:1], (1,), node)
        if values[0].rank:
            raise ExpressionError("one_hot needs an index", node.column)
        return Value(np.equal(np.arange(self.length) + 1, values[0].array[..., None]).astype(np.float64), 1)

    def call_delta(self, values: list[Value], node: Node) -> Value:
        self.counted("delta", values, (2,), node)
        return self.elementwise(np.equal, values[0], values[1], node)

    def call_indicator(self, values: list[Value], node: Node) -> Value:
        if len(values) == 2:
            return self.call_delta(values, node)
        self.counted("indicator", values, (1,), node)
        return values[0]

    def by_indices(self, value: Value, column: int) -> Array:
        """The value for all values of the declared indices; a whole vector's entries run along the first of them."""
        if value.rank > len(self.declared):
            kind = "vector" if value.rank == 1 else "matrix"
            raise ExpressionError(f"this is a whole {kind}; a single number is asked for", column)
        entries = self.entry(value, self.declared[: value.rank], Constant(0.0, column))
        shape = (self.length,) * len(self.declared)
        return np.broadcast_to(entries.array.reshape(entries.array.shape[: len(self.declared)]), shape)


def _sigmoid(x: Array) -> Array:
    return np.asarray(np.where(x >= 0, 1, np.exp(-np.abs(x))) / (1 + np.exp(-np.abs(x))))


_ARITHMETIC: Mapping[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "": np.multiply,
    "/": np.divide,
    "^": np.power,
}
_COMPARE: Mapping[str, Callable[..., Any]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
_ONE: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(0.0, x),
    "relu": lambda x: np.maximum(x, 0.0),
    "sign": np.sign,
    "square": np.square,
}
