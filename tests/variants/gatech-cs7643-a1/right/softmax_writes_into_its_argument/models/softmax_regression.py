import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)

    def forward(self, X, y, mode='train'):
        z = X @ self.weights['W1']
        prob = self.softmax(self.ReLU(z))
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)
        if mode == 'train':
            dz = prob.copy()
            dz[np.arange(len(y)), y] -= 1
            dz = dz * self.ReLU_dev(z) / len(y)
            self.gradients['W1'] = X.T @ dz
        return loss, accuracy
