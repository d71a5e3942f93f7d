"""Task 2a: pre-processing, the binary cross-entropy, and logistic regression on two digits."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

HALF_RANGE = 127.5


def pre_process_images(X: NDArray[np.number]) -> Array:
    """Scale pixels from 0...255 to -1...1, and add a last column of ones, whose weight is the bias.

    images (N, 784) -> (N, 785)
    """
    scaled = np.asarray(X, dtype=np.float64) / HALF_RANGE - 1.0
    bias = np.ones((len(scaled), 1))
    return np.concatenate([scaled, bias], axis=1)


def cross_entropy_loss(targets: Array, outputs: Array) -> float:
    """Average the binary cross-entropy over the rows.

    targets (N, 1) of 0 and 1, outputs (N, 1) between them:  C_n = -(y ln p + (1 - y) ln(1 - p))
    """
    entropies = targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs)
    return float(-entropies.mean())


class BinaryModel:
    """Logistic regression: one layer of one unit, its bias among its weights."""

    def __init__(self) -> None:
        self.I = 785
        self.w = np.zeros((1, self.I))
        self.grad = np.zeros_like(self.w)

    def forward(self, X: Array) -> Array:
        """Return the probability of the positive class for each row: (N, 785) -> (N, 1)."""
        z = X @ self.w.T
        e = np.exp(-np.abs(z))  # never large, whatever the sign of z
        return np.where(z >= 0, 1.0, e) / (1.0 + e)

    def backward(self, X: Array, outputs: Array, targets: Array) -> None:
        """Put the gradient of the mean cross-entropy into `self.grad`: dC/dw = X'(p - y) / N."""
        self.grad = (outputs - targets).T @ X / len(X)

    def zero_grad(self) -> None:
        """Forget the gradient of the batch before."""
        self.grad = np.zeros_like(self.w)
