import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        self.X, self.y = X, y
        self.z = X @ self.weights['W1']
        self.p = self.softmax(self.ReLU(self.z))
        return self.cross_entropy_loss(self.p, y), self.compute_accuracy(self.p, y)

    def backward(self):
        error = self.p - np.eye(self.num_classes)[self.y]
        self.gradients['W1'] = self.X.T @ (error * self.ReLU_dev(self.z)) / len(self.y)
