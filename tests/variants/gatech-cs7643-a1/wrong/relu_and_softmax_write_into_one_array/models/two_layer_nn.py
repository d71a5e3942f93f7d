import numpy as np
from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights['b1'] = np.zeros(hidden_size)
        self.weights['b2'] = np.zeros(num_classes)

    def forward(self, X, y, mode='train'):
        z1 = X @ self.weights['W1'] + self.weights['b1']
        a1 = self.sigmoid(z1)
        z2 = a1 @ self.weights['W2'] + self.weights['b2']
        prob = self.softmax(z2)
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)
        if mode == 'train':
            dz2 = prob.copy()
            dz2[np.arange(len(y)), y] -= 1
            dz2 = dz2 / len(y)
            self.gradients['W2'] = a1.T @ dz2
            self.gradients['b2'] = dz2.sum(axis=0)
            dz1 = dz2 @ self.weights['W2'].T * self.sigmoid_dev(z1)
            self.gradients['W1'] = X.T @ dz1
            self.gradients['b1'] = dz1.sum(axis=0)
        return loss, accuracy
