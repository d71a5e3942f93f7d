from ._base_network import _baseNetwork
import numpy as np


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=784, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(hidden_size, input_size)
        self.weights['b1'] = np.zeros((hidden_size, 1))
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(num_classes, hidden_size)
        self.weights['b2'] = np.zeros((num_classes, 1))
        for k in self.weights:
            self.gradients[k] = np.zeros_like(self.weights[k])

    def forward(self, X, y, mode='train'):
        Z1 = self.weights['W1'] @ X.T + self.weights['b1']
        A1 = self.sigmoid(Z1)
        Z2 = self.weights['W2'] @ A1 + self.weights['b2']
        P = self.softmax(Z2.T).T
        loss = self.cross_entropy_loss(P.T, y)
        acc = self.compute_accuracy(P.T, y)
        if mode == 'train':
            N = X.shape[0]
            D2 = P.copy()
            D2[y, np.arange(N)] -= 1
            self.gradients['W2'] = D2 @ A1.T / N
            self.gradients['b2'] = D2.sum(axis=1, keepdims=True)
            D1 = self.weights['W2'].T @ D2 * self.sigmoid_dev(Z1)
            self.gradients['W1'] = D1 @ X / N
            self.gradients['b1'] = D1.sum(axis=1, keepdims=True)
        return loss, acc
