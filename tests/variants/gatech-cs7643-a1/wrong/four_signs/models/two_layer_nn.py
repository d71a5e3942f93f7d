import numpy as np
from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        self.weights['b1'] = np.zeros(self.hidden_size)
        self.weights['b2'] = np.zeros(self.num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(self.hidden_size, self.num_classes)
        self.gradients['W1'] = np.zeros((self.input_size, self.hidden_size))
        self.gradients['b1'] = np.zeros(self.hidden_size)
        self.gradients['W2'] = np.zeros((self.hidden_size, self.num_classes))
        self.gradients['b2'] = np.zeros(self.num_classes)

    def forward(self, X, y, mode='train'):
        z1 = X.dot(self.weights['W1']) + self.weights['b1']
        a1 = self.sigmoid(z1)
        z2 = a1.dot(self.weights['W2']) + self.weights['b2']
        p = self.softmax(z2)
        loss = self.cross_entropy_loss(p, y)
        accuracy = self.compute_accuracy(p, y)
        if mode != 'train':
            return loss, accuracy
        y_onehot = np.zeros_like(p)
        y_onehot[np.arange(len(y)), y] = 1
        dz2 = (p - y_onehot) / len(y)
        self.gradients['W2'] = a1.T.dot(dz2)
        self.gradients['b2'] = np.sum(dz2, axis=0)
        da1 = dz2.dot(self.weights['W2'].T)
        dz1 = da1 * self.sigmoid_dev(z1)
        self.gradients['W1'] = X.T.dot(dz1)
        self.gradients['b1'] = np.sum(dz1, axis=0)
        return loss, accuracy

