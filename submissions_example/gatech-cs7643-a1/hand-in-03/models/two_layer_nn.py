"""Assignment 1: two-layer network."""
import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):

    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = np.random.randn(self.input_size, self.hidden_size) * 1e-3
        self.weights['b1'] = np.zeros((self.hidden_size,))
        np.random.seed(1024)
        self.weights['W2'] = np.random.randn(self.hidden_size, self.num_classes) * 1e-3
        self.weights['b2'] = np.zeros((self.num_classes,))

    def forward(self, X, y, mode='train'):
        # step 1: hidden layer
        linear_1 = np.matmul(X, self.weights['W1']) + self.weights['b1']
        activated_1 = self.sigmoid(linear_1)
        # step 2: output layer
        linear_2 = np.matmul(activated_1, self.weights['W2']) + self.weights['b2']
        probabilities = self.softmax(linear_2)
        # step 3: loss, accuracy
        loss = self.cross_entropy_loss(probabilities, y)
        accuracy = self.compute_accuracy(probabilities, y)

        if mode == 'train':
            # step 4: chain rule backwards
            dLoss_dLinear_2 = probabilities - self.one_hot(y)
            self.gradients['W2'] = np.matmul(np.transpose(activated_1), dLoss_dLinear_2)
            self.gradients['b2'] = np.sum(dLoss_dLinear_2, axis=0)
            dLoss_dActivated_1 = np.matmul(dLoss_dLinear_2, np.transpose(self.weights['W2']))
            dLoss_dLinear_1 = np.multiply(dLoss_dActivated_1, self.sigmoid_dev(linear_1))
            self.gradients['W1'] = np.matmul(np.transpose(X), dLoss_dLinear_1)
            self.gradients['b1'] = np.sum(dLoss_dLinear_1, axis=0)
        return loss, accuracy
