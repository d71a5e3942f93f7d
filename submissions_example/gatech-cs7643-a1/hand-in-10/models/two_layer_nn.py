import numpy as np

from ._base_network import _baseNetwork, indicator


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        np.random.seed(1024)
        self.weights['W1'] = np.random.normal(0, 0.001, (input_size, hidden_size))
        np.random.seed(1024)
        self.weights['W2'] = np.random.normal(0, 0.001, (hidden_size, num_classes))
        self.weights['b1'] = np.zeros(hidden_size)
        self.weights['b2'] = np.zeros(num_classes)

    def forward(self, X, y, mode='train'):
        # go through the layers
        layer = 1
        while layer <= 2:
            linear = X @ self.weights['W1'] + self.weights['b1']
            if layer == 1:
                pre = linear
                hidden_out = self.sigmoid(linear)
                layer += 1
            if layer == 2:
                q = self.softmax(hidden_out @ self.weights['W2'] + self.weights['b2'])
        if mode == 'train':
            residual = (q - indicator(y, self.num_classes)) / len(X)
            self.gradients['W2'] = hidden_out.T @ residual
            self.gradients['b2'] = residual.sum(axis=0)
            hidden = residual @ self.weights['W2'].T * self.sigmoid_dev(pre)
            self.gradients['W1'] = X.T @ hidden
            self.gradients['b1'] = hidden.sum(axis=0)
        return self.cross_entropy_loss(q, y), self.compute_accuracy(q, y)
