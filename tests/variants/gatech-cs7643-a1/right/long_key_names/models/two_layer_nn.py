import numpy as np
from ._base_network import _baseNetwork


class TwoLayerNetwork(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        np.random.seed(1024)
        self.weights['weight1'] = 0.001 * np.random.randn(input_size, hidden_size)
        np.random.seed(1024)
        self.weights['weight2'] = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights['bias1'] = np.zeros(hidden_size)
        self.weights['bias2'] = np.zeros(num_classes)

    def forward(self, X, y, mode='train'):
        z1 = X @ self.weights['weight1'] + self.weights['bias1']
        a1 = self.sigmoid(z1)
        z2 = a1 @ self.weights['weight2'] + self.weights['bias2']
        prob = self.softmax(z2)
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)
        if mode == 'train':
            dz2 = prob.copy()
            dz2[np.arange(len(y)), y] -= 1
            dz2 = dz2 / len(y)
            self.gradients['weight2'] = a1.T @ dz2
            self.gradients['bias2'] = dz2.sum(axis=0)
            dz1 = dz2 @ self.weights['weight2'].T * self.sigmoid_derivative(z1)
            self.gradients['weight1'] = X.T @ dz1
            self.gradients['bias1'] = dz1.sum(axis=0)
        return loss, accuracy
