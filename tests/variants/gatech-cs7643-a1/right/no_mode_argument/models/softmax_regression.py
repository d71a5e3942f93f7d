import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=784, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)

    def forward(self, X, y):
        h = X @ self.weights['W1']
        p = self.softmax(self.relu(h))
        t = np.eye(self.num_classes)[y]
        self.gradients['W1'] = X.T @ (self.relu_grad(h) * (p - t)) / len(X)
        return self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
