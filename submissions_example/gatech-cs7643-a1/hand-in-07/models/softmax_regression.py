import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.num_classes)

    def forward(self, X, y, mode='train'):
        layer = X @ self.weights['W1']
        prob = self.softmax(self.ReLU(layer))
        if mode == 'train':
            self.gradients['W1'] = self._gradient(X, y, layer, prob)
        return self.cross_entropy_loss(prob, y), self.compute_accuracy(prob, y)

    def _gradient(self, X, y, layer, prob):
        error = prob.copy()
        for i, label in enumerate(y):
            error[i, label] -= 1
        error *= self.ReLU_dev(layer)
        return (X.T @ error) / len(y)
