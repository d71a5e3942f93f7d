import numpy as np
from models._base_network import _baseNetwork, Params


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights.W1 = 0.001 * np.random.randn(input_size, num_classes)

    def _scores(self, X):
        z = X @ self.weights.W1
        return self.ReLU(z), (z,)

    def _backward(self, X, y, p, z):
        d = p.copy()
        d[np.arange(len(y)), y] -= 1
        d[~self.ReLU_dev(z)] = 0
        return {'W1': X.T @ d / len(y)}
