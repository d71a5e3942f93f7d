import numpy as np
from ._base_network import _baseNetwork


def with_ones(A):
    return np.insert(A, 0, 1.0, axis=1)


class TwoLayerNet(_baseNetwork):
    """The FIRST row of W1 and W2 is the bias."""

    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        np.random.seed(1024)
        W1 = 0.001 * np.random.randn(input_size, hidden_size)
        np.random.seed(1024)
        W2 = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights['W1'] = np.vstack([np.zeros((1, hidden_size)), W1])
        self.weights['W2'] = np.vstack([np.zeros((1, num_classes)), W2])

    def forward(self, X, y, mode='train'):
        X1 = with_ones(X)
        z = X1 @ self.weights['W1']
        A1 = with_ones(self.sigmoid(z))
        p = self.softmax(A1 @ self.weights['W2'])
        loss, accuracy = self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
        if mode == 'train':
            p[np.arange(len(y)), y] -= 1
            p /= len(y)
            self.gradients['W2'] = A1.T @ p
            self.gradients['W1'] = X1.T @ (p @ self.weights['W2'][1:].T * self.sigmoid_dev(z))
        return loss, accuracy
