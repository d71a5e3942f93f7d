"""As much of PyTorch as a driver's look at a small network needs, for tests where the real one is not installed."""

from __future__ import annotations

from typing import Any

import numpy as np

from torch import nn as nn

float64 = np.float64


class Tensor:
    """An array with some of a tensor's methods."""

    requires_grad = True

    def __init__(self, array: Any) -> None:
        self.array = np.array(array, dtype=np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    def numel(self) -> int:
        return self.array.size

    def copy_(self, other: Tensor) -> None:
        self.array[...] = other.array

    def numpy(self) -> Any:
        return self.array


class no_grad:  # noqa: N801  its name is PyTorch's
    """Does nothing: there are no gradients here."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *details: object) -> None:
        return None


def as_tensor(values: Any, dtype: Any = None) -> Tensor:
    return Tensor(values)


def manual_seed(seed: int) -> None:
    np.random.seed(seed)


def sigmoid(x: Tensor) -> Tensor:
    return Tensor(1 / (1 + np.exp(-x.array)))
