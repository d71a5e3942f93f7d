import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):

    def __init__(self, input_size=28 * 28, num_classes=10):
        super(SoftmaxRegression, self).__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.num_classes)
        self.gradients['W1'] = np.zeros((self.input_size, self.num_classes))

    def forward(self, X, y, mode='train'):
        self.z = np.einsum('nd,dc->nc', X, self.weights['W1'])
        self.prob = self.softmax(self.ReLU(self.z))
        loss = self.cross_entropy_loss(self.prob, y)
        accuracy = self.compute_accuracy(self.prob, y)
        if mode == 'train':
            delta = self.prob - np.eye(self.num_classes)[y]
            delta = delta * self.ReLU_dev(self.z) / len(y)
            self.gradients['W1'] = np.einsum('nd,nc->dc', X, delta)
        return loss, accuracy
