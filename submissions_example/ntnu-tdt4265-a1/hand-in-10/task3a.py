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
    raise NotImplementedError

class SoftmaxModel:

    def __init__(self, l2_reg_lambda: float):
        self.I = None
        self.w = None
        self.grad = None

    def forward(self, X: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def backward(self, X: np.ndarray, outputs: np.ndarray, targets: np.ndarray) -> None:
        raise NotImplementedError

    def zero_grad(self) -> None:
        raise NotImplementedError

def one_hot_encode(Y: np.ndarray, num_classes: int):
    raise NotImplementedError
if __name__ == '__main__':
    X_train, Y_train, X_val, Y_val = utils.load_full_mnist()
    X_train = pre_process_images(X_train)
    Y_train = one_hot_encode(Y_train, 10)
    assert X_train.shape[1] == 785
    model = SoftmaxModel(l2_reg_lambda=0.0)
    print('loss before training', cross_entropy_loss(Y_train, model.forward(X_train)))
