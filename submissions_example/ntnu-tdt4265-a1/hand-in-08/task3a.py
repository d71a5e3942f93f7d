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
    C = 0.0
    for n in range(targets.shape[0]):
        for k in range(targets.shape[1]):
            if targets[n, k]:
                C -= np.log(outputs[n, k])
    return C / targets.shape[0]


class SoftmaxModel:

    def __init__(self, l2_reg_lambda: float):
        self.I = 785
        self.num_outputs = 10
        self.w = np.zeros((self.I, self.num_outputs))
        self.grad = None
        self.l2_reg_lambda = l2_reg_lambda

    def forward(self, X: np.ndarray) -> np.ndarray:
        outputs = np.empty((X.shape[0], self.w.shape[1]))
        for i, x in enumerate(X):
            z = x @ self.w
            z = z - max(z)
            outputs[i] = np.exp(z) / sum(np.exp(z))
        return outputs

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
    encoded = np.zeros((Y.shape[0], num_classes))
    for i in range(Y.shape[0]):
        encoded[i][int(Y[i])] = 1
    return encoded


if __name__ == "__main__":
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    X_train = pre_process_images(X_train)
    Y_train = one_hot_encode(Y_train, 10)
    assert X_train.shape[1] == 785
    model = SoftmaxModel(l2_reg_lambda=0.0)
    print("loss before training", cross_entropy_loss(Y_train, model.forward(X_train)))
