"""Assignment 1: softmax regression."""
import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):

    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = np.random.randn(self.input_size, self.num_classes) * 1e-3

    def forward(self, X, y, mode='train'):
        # step 1: linear layer
        linear = np.matmul(X, self.weights['W1'])
        # step 2: ReLU
        activated = self.ReLU(linear)
        # step 3: softmax, loss, accuracy
        probabilities = self.softmax(activated)
        loss = self.cross_entropy_loss(probabilities, y)
        accuracy = self.compute_accuracy(probabilities, y)

        if mode == 'train':
            # step 4: chain rule backwards
            dLoss_dActivated = (probabilities - self.one_hot(y)) / X.shape[0]
            dLoss_dLinear = np.multiply(dLoss_dActivated, self.ReLU_dev(linear))
            self.gradients['W1'] = np.matmul(np.transpose(X), dLoss_dLinear)
        return loss, accuracy
