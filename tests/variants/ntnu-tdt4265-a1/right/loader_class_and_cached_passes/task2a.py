import numpy as np
def pre_process_images(X):
    X = np.true_divide(X, 255.)
    X -= 0.5
    X *= 2.
    return np.column_stack([X, np.ones(len(X))])
def sigmoid(z):
    return .5 * (1 + np.tanh(.5 * z))
def cross_entropy_loss(targets, outputs):
    return float(np.average(-np.log(np.abs(1 - targets - outputs))))
class BinaryModel:
    def __init__(self):
        self.I = 785
        self.w = np.zeros((self.I, 1))
        self.grad = np.zeros_like(self.w)
        self._cache = {}
    def forward(self, X):
        self._cache["X"] = X
        self._cache["y"] = sigmoid(X @ self.w)
        return self._cache["y"].copy()
    def backward(self, X, outputs, targets):
        self.grad += self._cache["X"].T @ (self._cache["y"] - targets) / len(targets)
    def zero_grad(self):
        self.grad.fill(0)
