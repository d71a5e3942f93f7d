import numpy as np
from ._base_network import _baseNetwork

class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(self.input_size, self.num_classes)

    def forward(self, X, y, mode='train'):
        m = X.shape[0]
        Z = X.dot(self.weights['W1'])
        A = self.ReLU(Z)
        Y_hat = self.softmax(A)
        loss = self.cross_entropy_loss(Y_hat, y)
        accuracy = self.compute_accuracy(Y_hat, y)
        if mode == 'train':
            Y = np.zeros((m, self.num_classes))
            Y[np.arange(m), y] = 1
            dA = 1 / m * (Y_hat - Y)
            dZ = dA * self.ReLU_dev(Z)
            self.gradients['W1'] = X.T.dot(dZ)
        return loss, accuracy
