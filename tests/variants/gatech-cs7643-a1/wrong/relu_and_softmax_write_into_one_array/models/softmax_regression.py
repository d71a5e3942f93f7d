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
        hidden = np.dot(X, self.weights['W1'])
        out = self.ReLU(hidden)
        p = self.softmax(out)
        loss, accuracy = self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
        if mode != 'train':
            return loss, accuracy
        one_hot = np.zeros(p.shape)
        one_hot[range(X.shape[0]), y] = 1
        d_out = (p - one_hot) / X.shape[0]
        d_hidden = d_out * self.ReLU_dev(hidden)
        self.gradients['W1'] = np.dot(X.T, d_hidden)
        return loss, accuracy
