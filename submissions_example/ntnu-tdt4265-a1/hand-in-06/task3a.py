import numpy as np


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray):
    return -np.sum(targets * np.log(outputs)) / targets.shape[0]


class SoftmaxModel:
    def __init__(self, l2_reg_lambda: float):
        self.num_outputs = 10
        self.w = np.zeros((785, self.num_outputs))
        self.grad = None
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: np.ndarray) -> np.ndarray:
        z = X @ self.w
        z = np.exp(z - z.max(axis=1).reshape(-1, 1))
        return z / z.sum(axis=1).reshape(-1, 1)

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        self.grad = (X.T @ (outputs - targets)) / targets.shape[0] + self.l2_reg_lambda * self.w

    def zero_grad(self) -> None:
        self.grad = None


def one_hot_encode(Y: np.ndarray, num_classes: int):
    result = np.zeros((Y.shape[0], num_classes))
    for i, y in enumerate(Y):
        result[i, y] = 1
    return result
