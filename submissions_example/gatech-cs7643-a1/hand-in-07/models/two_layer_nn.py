import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.hidden_size)
        self.weights['b1'] = np.zeros(self.hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(self.hidden_size, self.num_classes)
        self.weights['b2'] = np.zeros(self.num_classes)

    def forward(self, X, y, mode='train'):
        hidden_input = X @ self.weights['W1'] + self.weights['b1']
        hidden = self.sigmoid(hidden_input)
        prob = self.softmax(hidden @ self.weights['W2'] + self.weights['b2'])
        if mode == 'train':
            error = prob.copy()
            for i, label in enumerate(y):
                error[i, label] -= 1
            error /= len(y)
            back = (error @ self.weights['W2'].T) * self.sigmoid_dev(hidden_input)
            self.gradients['W1'] = X.T @ back
            self.gradients['b1'] = back.sum(axis=0)
            self.gradients['W2'] = hidden.T @ error
            self.gradients['b2'] = error.sum(axis=0)
        return self.cross_entropy_loss(prob, y), self.compute_accuracy(prob, y)
