import numpy as np
import utils
np.random.seed(1)


def pre_process_images(X: np.ndarray):
    X_n = (X/255.0)*2 - 1
    bias = np.ones([X_n.shape[0], 1])
    X_n = np.append(X_n, bias, axis=1)
    return X_n


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray) -> float:
    J_w = -(np.multiply(targets, np.log(outputs)) + np.multiply((1-targets), np.log(1-outputs)))
    N = outputs.shape[0]
    return float((1/N)*np.sum(J_w))


class BinaryModel:

    def __init__(self, l2_reg_lambda: float = 0):
        self.I = 785
        self.w = np.zeros((self.I, 1))
        self.grad = None
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: np.ndarray) -> np.ndarray:
        return 1/(1 + np.exp(-(X.dot(self.w))))

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        self.grad = np.zeros_like(self.w)
        N = X.shape[0]
        self.grad = (-1/N)*(np.dot(X.T, (targets-outputs))) + 2*self.l2_reg_lambda*self.w

    def zero_grad(self) -> None:
        self.grad = None
