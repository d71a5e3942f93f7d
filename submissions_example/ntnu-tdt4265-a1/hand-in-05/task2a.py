import numpy as np
import utils

np.random.seed(1)


def pre_process_images(X: np.ndarray):
    """
    Args:
        X: images of shape [batch size, 784] in the range (0, 255)
    Returns:
        X: images of shape [batch size, 785]
    """
    assert X.shape[1] == 784, f"X.shape[1]: {X.shape[1]}, should be 784"
    # from [0, 255] to [-1, 1]
    X = 2.0 * (X / 255.0) - 1.0
    return np.c_[np.ones(X.shape[0]), X]


def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray) -> float:
    """
    Args:
        targets: labels of shape [batch size, 1]
        outputs: outputs of model of shape: [batch size, 1]
    """
    assert targets.shape == outputs.shape, f"Targets shape: {targets.shape}, outputs: {outputs.shape}"
    N = targets.shape[0]
    Cn = np.where(targets == 1, -np.log(outputs), -np.log(1.0 - outputs))
    return np.sum(Cn) / N


class BinaryModel:

    def __init__(self):
        self.I = 28 * 28 + 1
        self.w = np.zeros((self.I, 1))
        self.grad = None

    def forward(self, X: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-X.dot(self.w)))

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        assert targets.shape == outputs.shape
        error = targets - outputs
        self.grad = np.dot(X.T, -error) / X.shape[0]
        assert self.grad.shape == self.w.shape

    def zero_grad(self) -> None:
        self.grad = None


def gradient_check(model, X, Y, eps=1e-2):
    # numeric derivative of each weight
    for i in range(model.w.shape[0]):
        w = model.w[i, 0]
        model.w[i, 0] = w + eps
        up = cross_entropy_loss(Y, model.forward(X))
        model.w[i, 0] = w - eps
        down = cross_entropy_loss(Y, model.forward(X))
        model.w[i, 0] = w
        model.backward(X, model.forward(X), Y)
        assert abs((up - down) / (2 * eps) - model.grad[i, 0]) <= eps**2, i


if __name__ == "__main__":
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
    assert X_train.max() <= 1.0 and X_train.min() >= -1.0
    model = BinaryModel()
    print("loss before training", cross_entropy_loss(Y_train, model.forward(X_train)))
    gradient_check(model, X_train[:50], Y_train[:50])
