"""Softmax regression with a ReLU between the linear layer and the softmax."""

from ._base_network import Array, Labels, _baseNetwork


class SoftmaxRegression(_baseNetwork):
    """One linear layer without bias, ReLU, softmax: p = softmax(max(X W1, 0))."""

    def __init__(self, input_size: int = 28 * 28, num_classes: int = 10) -> None:
        super().__init__(input_size, num_classes)
        self.weights["W1"] = self._initial_weights(input_size, num_classes)

    def forward(self, X: Array, y: Labels, mode: str = "train") -> tuple[float, float]:
        """Return loss and accuracy of a batch, and in train mode fill `gradients`.

        X (N, D), y (N,):  Z = X W1,  S = max(Z, 0),  P = softmax(S)
        The loss leaves the weight penalty out; its gradient is the optimizer's part.
        """
        Z = X @ self.weights["W1"]
        P = self.softmax(self.ReLU(Z))
        loss = self.cross_entropy_loss(P, y)
        accuracy = self.compute_accuracy(P, y)
        if mode == "train":
            self._backward(X, y, Z, P)
        return loss, accuracy

    def _backward(self, X: Array, y: Labels, Z: Array, P: Array) -> None:
        """Fill `gradients` with the derivative of the loss.

        X (N, D), y (N,), Z and P (N, C):  dZ = (P - onehot(y)) / N * [Z > 0],  dW1 = Xᵀ dZ
        Goodfellow et al. 2016, section 6.5.4.
        """
        dZ = self._error(P, y) * self.ReLU_dev(Z)
        self.gradients["W1"] = X.T @ dZ
