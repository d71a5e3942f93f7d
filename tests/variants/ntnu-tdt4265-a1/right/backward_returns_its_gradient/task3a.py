"""Task 3a: one-hot labels, the cross-entropy over classes, and softmax regression."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.integer]


def one_hot_encode(Y: Labels, num_classes: int) -> Array:
    """Return a row for each label with a one in its column: (N, 1) -> (N, num_classes)."""
    encoded = np.zeros((len(Y), num_classes))
    encoded[np.arange(len(Y)), np.ravel(Y)] = 1.0
    return encoded


def cross_entropy_loss(targets: Array, outputs: Array) -> float:
    """Average the cross-entropy over the rows.

    targets (N, C) one-hot, outputs (N, C) probabilities:  C_n = -sum over k of y_k ln p_k
    """
    entropies = np.sum(targets * np.log(outputs), axis=1)
    return float(-entropies.mean())


class SoftmaxModel:
    """Softmax regression: one layer with a unit for each class, the biases among the weights."""

    def __init__(self, l2_reg_lambda: float) -> None:
        self.I = 785
        self.num_outputs = 10
        self.w = np.zeros((self.I, self.num_outputs))
        self.grad = np.zeros_like(self.w)
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: Array) -> Array:
        """Return the probability of each class for each row: (N, 785) -> (N, 10)."""
        z = X @ self.w
        shifted = z - z.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        probabilities: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
        return probabilities

    def backward(self, X: Array, outputs: Array, targets: Array) -> None:
        """Put the gradient of J = C + lambda |w|^2 into `self.grad`: dJ/dw = X'(p - y) / N + 2 lambda w."""
        data = X.T @ (outputs - targets) / len(X)
        self.grad = data + 2 * self.l2_reg_lambda * self.w

    def zero_grad(self) -> None:
        """Forget the gradient of the batch before."""
        self.grad = np.zeros_like(self.w)
