import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):

    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super(TwoLayerNet, self).__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        sizes = [self.input_size, self.hidden_size, self.num_classes]
        for layer in (1, 2):
            np.random.seed(1024)
            self.weights['W%d' % layer] = 0.001 * np.random.randn(sizes[layer - 1], sizes[layer])
            self.weights['b%d' % layer] = np.zeros(sizes[layer])

    def forward(self, X, y, mode='train'):
        self.z1 = X.dot(self.weights['W1']) + self.weights['b1']
        self.h = self.sigmoid(self.z1)
        self.z2 = self.h.dot(self.weights['W2']) + self.weights['b2']
        self.prob = self.softmax(self.z2)
        loss = self.cross_entropy_loss(self.prob, y)
        accuracy = self.compute_accuracy(self.prob, y)
        if mode == 'train':
            # layer 2
            delta2 = (self.prob - np.eye(self.num_classes)[y]) / len(y)
            self.gradients['W2'] = self.h.T.dot(delta2)
            self.gradients['b2'] = delta2.sum(axis=0)
            # layer 1
            delta1 = delta2.dot(self.weights['W2'].T)
            self.gradients['W1'] = X.T.dot(delta1)
            self.gradients['b1'] = delta1.sum(axis=0)
        return loss, accuracy
