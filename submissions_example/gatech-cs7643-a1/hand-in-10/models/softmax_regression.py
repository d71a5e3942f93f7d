import numpy as np

from ._base_network import _baseNetwork, indicator


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = np.random.normal(0, 0.001, (input_size, num_classes))

    def forward(self, X, y, mode='train'):
        linear = X @ self.weights['W1']
        q = self.softmax(self.ReLU(linear))
        if mode == 'train':
            residual = (q - indicator(y, self.num_classes)) / len(X)
            self.gradients['W1'] = X.T @ (residual * self.ReLU_dev(linear))
        return self.cross_entropy_loss(q, y), self.compute_accuracy(q, y)
