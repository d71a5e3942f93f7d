from ._base_network import _baseNetwork
import numpy as np


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=784, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(num_classes, input_size)
        self.gradients['W1'] = np.zeros((num_classes, input_size))

    def forward(self, X, y, mode='train'):
        Z = self.weights['W1'] @ X.T            # (C, N)
        A = self.ReLU(Z)
        P = self.softmax(A.T).T
        loss = self.cross_entropy_loss(P.T, y)
        acc = self.compute_accuracy(P.T, y)
        if mode == 'train':
            T = P.copy()
            T[y, np.arange(len(y))] -= 1
            self.gradients['W1'] = (T * self.ReLU_dev(Z)) @ X / len(y)
        return loss, acc
