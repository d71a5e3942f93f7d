from __future__ import annotations
from typing import Protocol
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


class Layer(Protocol):
    def forward(self, x: Array) -> Array: ...
    def backward(self, dout: Array) -> Array: ...


class Linear:
    __slots__ = ("W", "b", "x", "dW", "db")

    def __init__(self, W: Array, b: Array) -> None:
        self.W, self.b = W, b

    def forward(self, x: Array) -> Array:
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout: Array) -> Array:
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0, keepdims=True)
        return dout @ self.W.T


class ReLU:
    def forward(self, x: Array) -> Array:
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, dout: Array) -> Array:
        return dout * self.mask


class SoftmaxCrossEntropy:
    def forward(self, z: Array, y: npt.NDArray[np.integer]) -> float:
        z = z - z.max(axis=1, keepdims=True)
        self.logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        self.y = y
        return float(-self.logp[np.arange(y.shape[0]), y].mean())

    def backward(self) -> Array:
        d = np.exp(self.logp)
        d[np.arange(self.y.shape[0]), self.y] -= 1.0
        return d / self.y.shape[0]
