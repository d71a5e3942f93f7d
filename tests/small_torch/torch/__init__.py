"""As much of PyTorch as a driver's look at a small network needs, for tests where the real one is not installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from torch import nn as nn
from torch import optim as optim

float64 = np.float64


class Tensor:
    """An array with some of a tensor's methods; `sources` are what it was made of, and how slopes go back there."""

    requires_grad = True

    def __init__(self, array: Any, *sources: tuple[Tensor, Callable[[Any], Any]]) -> None:
        self.array = np.array(array, dtype=np.float64)
        self.sources = sources
        self.grad: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    def numel(self) -> int:
        return self.array.size

    def copy_(self, other: Tensor) -> None:
        self.array[...] = other.array

    def numpy(self) -> Any:
        return self.array

    def item(self) -> float:
        return float(self.array)

    def backward(self, slope: Any = 1.0) -> None:
        self.grad = slope if self.grad is None else self.grad + slope
        for source, back in self.sources:
            source.backward(back(slope))

    def reshape(self, *shape: int) -> Tensor:
        return Tensor(self.array.reshape(*shape), (self, lambda slope: slope.reshape(self.shape)))

    def sum(self) -> Tensor:
        return Tensor(self.array.sum(), (self, lambda slope: slope * np.ones(self.shape)))

    def __sub__(self, other: Tensor) -> Tensor:
        return Tensor(self.array - other.array, (self, lambda slope: slope))

    def __pow__(self, power: int) -> Tensor:
        return Tensor(self.array**power, (self, lambda slope: slope * power * self.array ** (power - 1)))

    def __truediv__(self, number: float) -> Tensor:
        return Tensor(self.array / number, (self, lambda slope: slope / number))


class no_grad:  # noqa: N801  its name is PyTorch's
    """Does nothing: slopes are worked out when they are asked for."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *details: object) -> None:
        return None


def as_tensor(values: Any, dtype: Any = None) -> Tensor:
    return Tensor(values)


def manual_seed(seed: int) -> None:
    np.random.seed(seed)


def sigmoid(x: Tensor) -> Tensor:
    y = 1 / (1 + np.exp(-x.array))
    return Tensor(y, (x, lambda slope: slope * y * (1 - y)))
