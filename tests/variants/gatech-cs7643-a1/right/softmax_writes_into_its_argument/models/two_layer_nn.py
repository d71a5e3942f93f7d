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
        for key, value in self.weights.items():
            self.gradients[key] = np.zeros(value.shape)

    def forward(self, X, y, mode='train'):
        in1 = np.dot(X, self.weights['W1']) + self.weights['b1']
        out1 = self.sigmoid(in1)
        in2 = np.dot(out1, self.weights['W2']) + self.weights['b2']
        p = self.softmax(in2)
        loss, accuracy = self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)
        if mode != 'train':
            return loss, accuracy
        one_hot = np.zeros(p.shape)
        one_hot[range(X.shape[0]), y] = 1
        d_in2 = (p - one_hot) / X.shape[0]
        d_in1 = np.dot(d_in2, self.weights['W2'].T) * self.sigmoid_dev(in1)
        self.gradients['W1'] = np.dot(X.T, d_in1)
        self.gradients['b1'] = np.sum(d_in1, axis=0)
        self.gradients['W2'] = np.dot(out1.T, d_in2)
        self.gradients['b2'] = np.sum(d_in2, axis=0)
        return loss, accuracy
