import numpy as np
from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights['b1'] = np.zeros(hidden_size)
        self.weights['b2'] = np.zeros(num_classes)

    def forward(self, X, y, mode='train'):
        self.X, self.y = X, y
        self.z = X @ self.weights['W1'] + self.weights['b1']
        self.a = self.sigmoid(self.z)
        self.p = self.softmax(self.a @ self.weights['W2'] + self.weights['b2'])
        return self.cross_entropy_loss(self.p, y), self.compute_accuracy(self.p, y)

    def backward(self):
        error = (self.p - np.eye(self.num_classes)[self.y]) / len(self.y)
        self.gradients['W2'] = self.a.T @ error
        self.gradients['b2'] = error.sum(axis=0)
        error = (error @ self.weights['W2'].T) * self.sigmoid_dev(self.z)
        self.gradients['W1'] = self.X.T @ error
        self.gradients['b1'] = error.sum(axis=0)
