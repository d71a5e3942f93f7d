import numpy as np
from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.num_classes)
        self.gradients['W1'] = np.zeros((self.input_size, self.num_classes))

    def forward(self, X, y, mode='train'):
        z = X.dot(self.weights['W1'])
        a = self.ReLU(z)
        p = self.softmax(a)
        loss = self.cross_entropy_loss(p, y)
        accuracy = self.compute_accuracy(p, y)
        if mode != 'train':
            return loss, accuracy
        y_onehot = np.zeros_like(p)
        y_onehot[np.arange(len(y)), y] = 1
        dz = (p - y_onehot) / len(y) * self.ReLU_dev(z)
        self.gradients['W1'] = X.T.dot(dz)
        return loss, accuracy
