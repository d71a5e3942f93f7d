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
        m = X.shape[0]
        Z1 = X.dot(self.weights['W1']) + self.weights['b1']
        A1 = self.sigmoid(Z1)
        Z2 = A1.dot(self.weights['W2'] + self.weights['b2']
        Y_hat = self.softmax(Z2)
        loss = self.cross_entropy_loss(Y_hat, y)
        accuracy = self.compute_accuracy(Y_hat, y)
        if mode == 'train':
            Y = np.zeros((m, self.num_classes))
            Y[np.arange(m), y] = 1
            dZ2 = 1 / m * (Y_hat - Y)
            self.gradients['W2'] = A1.T.dot(dZ2)
            self.gradients['b2'] = dZ2.sum(axis=0)
            dZ1 = dZ2.dot(self.weights['W2'].T) * self.sigmoid_dev(Z1)
            self.gradients['W1'] = X.T.dot(dZ1)
            self.gradients['b1'] = dZ1.sum(axis=0)
        return loss, accuracy
