import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        n = len(y)
        z = X @ self.weights['W1']
        s = self.ReLU(z)
        top = s.max(axis=1)
        loss = np.mean(top + np.log(np.exp(s - top[:, None]).sum(axis=1)) - s[np.arange(n), y])
        prob = self.softmax(s)
        accuracy = self.compute_accuracy(prob, y)
        dz = prob
        dz[np.arange(n), y] -= 1
        dz /= n
        dz *= z > 0
        self.gradients['W1'] = X.T @ dz
        return loss, accuracy
