import numpy as np
import utils
from task2a import pre_process_images

np.random.seed(0)


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray):
    """
    Args:
        targets: labels of shape [batch size, num_classes]
        outputs: outputs of model of shape [batch size, num_classes]
    """
    assert targets.shape == outputs.shape
    Cn = -np.sum(targets * np.log(outputs), axis=1)
    return np.mean(Cn)


class SoftmaxModel:

    def __init__(self, l2_reg_lambda: float):
        self.I = 785
        self.num_outputs = 10
        self.w = np.zeros((self.I, self.num_outputs))
        self.grad = None
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: np.ndarray) -> np.ndarray:
        z = X.dot(self.w)
        e = np.exp(z.T - np.amax(z, axis=1))
        return (e / e.sum(axis=0)).T

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        assert targets.shape == outputs.shape
        N = targets.shape[0]
        self.grad = -X.T.dot(targets - outputs) / N
        if self.l2_reg_lambda > 0:
            self.grad = self.grad + 2 * self.l2_reg_lambda * self.w
        assert self.grad.shape == self.w.shape

    def zero_grad(self) -> None:
        self.grad = None


def one_hot_encode(Y: np.ndarray, num_classes: int):
    return (Y.reshape(-1, 1) == np.arange(num_classes)).astype(float)


if __name__ == "__main__":
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    X_train = pre_process_images(X_train)
    Y_train = one_hot_encode(Y_train, 10)
    assert X_train.shape[1] == 785
    model = SoftmaxModel(l2_reg_lambda=0.0)
    print("loss before training", cross_entropy_loss(Y_train, model.forward(X_train)))
