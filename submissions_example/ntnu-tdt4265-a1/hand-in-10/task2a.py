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
    raise NotImplementedError

def cross_entropy_loss(targets: np.ndarray, outputs: np.ndarray) -> float:
    """
    Args:
        targets: labels of shape [batch size, 1]
        outputs: outputs of model of shape: [batch size, 1]
    """
    raise NotImplementedError

class BinaryModel:

    def __init__(self):
        self.I = None
        self.w = None
        self.grad = None

    def forward(self, X: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        raise NotImplementedError

def gradient_check(model, X, Y, eps=0.01):
    raise NotImplementedError
if __name__ == '__main__':
    X_train, Y_train, X_val, Y_val = utils.load_binary_dataset(2, 3)
    X_train = pre_process_images(X_train)
    assert X_train.max() <= 1.0 and X_train.min() >= -1.0
    model = BinaryModel()
    print('loss before training', cross_entropy_loss(Y_train, model.forward(X_train)))
    gradient_check(model, X_train[:50], Y_train[:50])
