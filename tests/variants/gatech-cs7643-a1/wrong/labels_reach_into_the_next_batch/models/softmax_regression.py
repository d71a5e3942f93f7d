import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        """One layer: input --> ReLU(X W1) --> softmax"""
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.num_classes)
        self.gradients['W1'] = np.zeros((self.input_size, self.num_classes))

    def forward(self, X, y, mode='train'):
        """
        :param X: images, (N, input_size)
        :param y: labels, (N,)
        :param mode: with 'train' also store the gradients in self.gradients
        :return: loss, accuracy
        """
        # forward pass
        z = X.dot(self.weights['W1'])
        a = self.ReLU(z)
        prob = self.softmax(a)
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)
        if mode != 'train':
            return loss, accuracy

        # backward pass
        n = X.shape[0]
        grad = prob.copy()
        grad[range(n), y] -= 1
        grad = grad / n * self.ReLU_dev(z)
        self.gradients['W1'] = X.T.dot(grad)
        return loss, accuracy
