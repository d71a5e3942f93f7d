import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        """Two layers: input --> sigmoid(X W1 + b1) --> softmax(H W2 + b2)"""
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(self.hidden_size, self.num_classes)
        self.weights['b1'] = np.zeros(self.hidden_size)
        self.weights['b2'] = np.zeros(self.num_classes)
        for key in self.weights:
            self.gradients[key] = np.zeros_like(self.weights[key])

    def forward(self, X, y, mode='train'):
        """
        :param X: images, (N, input_size)
        :param y: labels, (N,)
        :param mode: with 'train' also store the gradients in self.gradients
        :return: loss, accuracy
        """
        # forward pass
        z1 = X.dot(self.weights['W1']) + self.weights['b1']
        a1 = self.sigmoid(z1)
        z2 = a1.dot(self.weights['W2']) + self.weights['b2']
        prob = self.softmax(z2)
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)
        if mode != 'train':
            return loss, accuracy

        # backward pass
        n = X.shape[0]
        dz2 = prob.copy()
        dz2[range(n), y] -= 1
        dz2 /= n
        dz1 = dz2.dot(self.weights['W2'].T) * self.sigmoid_dev(z1)
        self.gradients['W2'] = a1.T.dot(dz2)
        self.gradients['b2'] = np.sum(dz2, axis=0)
        self.gradients['W1'] = X.T.dot(dz1)
        self.gradients['b1'] = np.sum(dz1, axis=0)
        return loss, accuracy
