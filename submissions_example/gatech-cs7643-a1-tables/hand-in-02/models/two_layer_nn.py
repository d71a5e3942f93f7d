import numpy as np
from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28*28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self.weights = {
            'W1': 0.001 * np.random.RandomState(1024).randn(input_size, hidden_size),
            'b1': np.zeros(hidden_size),
            'W2': 0.001 * np.random.RandomState(1024).randn(hidden_size, num_classes),
            'b2': np.zeros(num_classes),
        }

    def forward(self, X, y, mode='train'):
        w = self.weights
        Z = X @ w['W1'] + w['b1']
        H = self.sigmoid(Z)
        P = self.softmax(H @ w['W2'] + w['b2'])
        if mode == 'train':
            self.backward(X, y, Z, H, P)
        return self.cross_entropy_loss(P, y), self.compute_accuracy(P, y)

    def backward(self, X, y, Z, H, P):
        N = len(X)
        dO = P - np.eye(self.num_classes)[y]
        dZ = dO @ self.weights['W2'].T * self.sigmoid_dev(Z)
        self.gradients = {
            'W1': X.T @ dZ / N,
            'b1': dZ.mean(axis=0),
            'W2': H.T @ dO / N,
            'b2': dO.mean(axis=0),
        }
