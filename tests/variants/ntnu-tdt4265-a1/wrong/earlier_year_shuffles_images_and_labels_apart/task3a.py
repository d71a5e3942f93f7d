import numpy as np
import utils
from task2a import pre_process_images
np.random.seed(1)


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray):
    C_n = -np.sum(targets*np.log(outputs), axis=1)
    return np.average(C_n)


class SoftmaxModel:
    def __init__(self, l2_reg_lambda: float):
        self.I = 785
        self.num_outputs = 10
        self.w = np.zeros((self.I, self.num_outputs))
        self.grad = None
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: np.ndarray) -> np.ndarray:
        z = (self.w.T @ X.T).T
        z -= np.max(z, axis=1, keepdims=True)
        return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        N = X.shape[0]
        self.grad = -1/N * X.T @ (targets - outputs) + self.l2_reg_lambda * self.w

    def zero_grad(self) -> None:
        self.grad = None


def one_hot_encode(Y: np.ndarray, num_classes: int):
    Y_onehot = np.zeros((Y.shape[0], num_classes))
    for i in range(Y.shape[0]):
        Y_onehot[i, Y[i]] = 1
    return Y_onehot
