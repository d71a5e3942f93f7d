from __future__ import annotations
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
import numpy as np
import numpy.typing as npt

F = npt.NDArray[np.float32]


@dataclass
class LinearModel(ABC):
    """One linear layer followed by an activation function."""
    l2_reg_lambda: float = 0.0
    I: int = field(default=785, init=False)
    num_outputs: int = field(default=1, init=False)
    _w: F = field(init=False, repr=False)
    _grad: F = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._w = np.zeros((self.I, self.num_outputs), dtype=np.float32)
        self._grad = np.zeros_like(self._w)

    @property
    def w(self) -> F:
        return self._w

    @w.setter
    def w(self, value: F) -> None:
        if value.shape[1] != self.num_outputs:
            raise ValueError("wrong number of outputs")
        self._w = np.asarray(value, dtype=np.float32)

    @property
    def grad(self) -> F:
        return self._grad

    @abstractmethod
    def activation(self, z: F) -> F: ...

    def forward(self, X: F) -> F:
        return self.activation(X.astype(np.float32) @ self.w)

    __call__ = forward

    def backward(self, X: F, outputs: F, targets: F) -> F:
        delta = np.float32(1 / len(X)) * (outputs - targets)
        self._grad = np.einsum("ni,nk->ik", X.astype(np.float32), delta.astype(np.float32))
        if self.l2_reg_lambda:
            self._grad = self._grad + np.float32(2 * self.l2_reg_lambda) * self._w
        return self._grad

    def zero_grad(self) -> None:
        self._grad.fill(0)
