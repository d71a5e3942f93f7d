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
        z1 = X @ self.weights['W1'] + self.weights['b1']
        a1 = self.sigmoid(z1)
        p = self.softmax(a1 @ self.weights['W2'] + self.weights['b2'])
        if mode == 'train':
            dL_dp = np.zeros_like(p)
            dL_dp[np.arange(len(y)), y] = -1 / p[np.arange(len(y)), y] / len(y)
            dL_dz2 = np.array([g @ J for g, J in zip(dL_dp, self.softmax_jacobian(p))])
            dL_dz1 = np.array([g @ self.weights['W2'].T @ np.diag(s) for g, s in zip(dL_dz2, self.sigmoid_dev(z1))])
            self.gradients['W2'] = sum(np.outer(a, g) for a, g in zip(a1, dL_dz2))
            self.gradients['b2'] = sum(dL_dz2)
            self.gradients['W1'] = sum(np.outer(x, g) for x, g in zip(X, dL_dz1))
            self.gradients['b1'] = sum(dL_dz1)
        return self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
