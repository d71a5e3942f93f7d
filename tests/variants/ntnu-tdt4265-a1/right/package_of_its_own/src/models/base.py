from __future__ import annotations
from abc import ABC, abstractmethod
import numpy as np
import numpy.typing as npt

class LinearModel(ABC):
    """Felles for begge modellene: lineært lag + ikke-linearitet."""
    def __init__(self, n_in: int = 785, n_out: int = 1, l2_reg_lambda: float = 0.0) -> None:
        self.I = n_in
        self.num_outputs = n_out
        self.l2_reg_lambda = l2_reg_lambda
        self.w: npt.NDArray = np.zeros((n_in, n_out), dtype=np.float32)
        self._grad: npt.NDArray | None = None

    @abstractmethod
    def activation(self, z): ...

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None:
            assert value.shape == self.w.shape
        self._grad = value

    def forward(self, X):
        return self.activation(X @ self.w)

    __call__ = forward

    def backward(self, X, outputs, targets):
        delta = outputs - targets
        self.grad = (X.T @ delta) / X.shape[0] + 2 * self.l2_reg_lambda * self.w

    def zero_grad(self):
        self._grad = None
