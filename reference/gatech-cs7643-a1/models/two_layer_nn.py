"""A net with one hidden layer of sigmoid units."""

import numpy as np

from ._base_network import Array, Labels, _baseNetwork


class TwoLayerNet(_baseNetwork):
    """Linear layer, sigmoid, linear layer, softmax: P = softmax(sigmoid(X W1 + b1) W2 + b2)."""

    def __init__(self, input_size: int = 28 * 28, num_classes: int = 10, hidden_size: int = 128) -> None:
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self.weights["W1"] = self._initial_weights(input_size, hidden_size)
        self.weights["b1"] = np.zeros(hidden_size)
        self.weights["W2"] = self._initial_weights(hidden_size, num_classes)
        self.weights["b2"] = np.zeros(num_classes)

    def forward(self, X: Array, y: Labels, mode: str = "train") -> tuple[float, float]:
        """Return loss and accuracy of a batch, and in train mode fill `gradients`.

        X (N, D), y (N,):  Z1 = X W1 + b1,  A1 = sigmoid(Z1),  Z2 = A1 W2 + b2,  P = softmax(Z2)
        The loss leaves the weight penalty out; its gradient is the optimizer's part.
        """
        Z1 = X @ self.weights["W1"] + self.weights["b1"]
        A1 = self.sigmoid(Z1)
        Z2 = A1 @ self.weights["W2"] + self.weights["b2"]
        P = self.softmax(Z2)
        loss = self.cross_entropy_loss(P, y)
        accuracy = self.compute_accuracy(P, y)
        if mode == "train":
            self._backward(X, y, Z1, A1, P)
        return loss, accuracy

    def _backward(self, X: Array, y: Labels, Z1: Array, A1: Array, P: Array) -> None:
        """Fill `gradients` with the derivatives of the loss, from the output back to the input.

        X (N, D), y (N,), Z1 and A1 (N, H), P (N, C):
        dZ2 = (P - onehot(y)) / N,  dW2 = A1ᵀ dZ2,  db2 = sum over rows of dZ2
        dA1 = dZ2 W2ᵀ,  dZ1 = dA1 * sigmoid'(Z1),  dW1 = Xᵀ dZ1,  db1 = sum over rows of dZ1
        Goodfellow et al. 2016, section 6.5.4.
        """
        dZ2 = self._error(P, y)
        self.gradients["W2"] = A1.T @ dZ2
        self.gradients["b2"] = dZ2.sum(axis=0)
        dA1 = dZ2 @ self.weights["W2"].T
        dZ1 = dA1 * self.sigmoid_dev(Z1)
        self.gradients["W1"] = X.T @ dZ1
        self.gradients["b1"] = dZ1.sum(axis=0)
