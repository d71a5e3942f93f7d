import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28*28, num_classes=10):
        super().__init__(input_size, num_classes)
        rng = np.random.RandomState(1024)
        self.weights['W1'] = 0.001 * rng.randn(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        S = X @ self.weights['W1']
        P = self.softmax(self.ReLU(S))
        if mode == 'train':
            self.backward(X, y, S, P)
        return self.cross_entropy_loss(P, y), self.compute_accuracy(P, y)

    def backward(self, X, y, S, P):
        Y = np.eye(self.num_classes)[y]
        dS = (P - Y) * self.ReLU_dev(S)
        self.gradients['W1'] = X.T @ dS / len(X)
