import numpy as np
import utils

np.random.seed(1)

def pre_process_images(X: np.ndarray):
    """ X: images of shape [batch size, 784] in the range (0, 255) """
    assert X.shape[1] == 784
    X = X / 255.0
    ones = np.ones((X.shape[0], 1))
    X = np.hstack((X, ones))
    return X

def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray) -> float:
    assert targets.shape == outputs.shape
    ce = - (targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs))
    return np.average(ce)

class BinaryModel:
    def __init__(self, l2_reg_lambda: float):
        self.l2_reg_lambda = l2_reg_lambda
        self.I = 785
        self.w = np.zeros((self.I, 1))
        self.grad = np.zeros_like(self.w)

    def forward(self, X: np.ndarray) -> np.ndarray:
        z = X.dot(self.w)
        return 1 / (1 + np.exp(-z))

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        dw = -(targets - outputs) * X
        self.grad = np.mean(dw, axis=0).reshape(-1, 1) + 2 * self.l2_reg_lambda * self.w
        assert self.grad.shape == self.w.shape

    def zero_grad(self) -> None:
        self.grad = None

if __name__ == "__main__":
    X_train, Y_train, *_ = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
