import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.standard_normal((self.input_size, self.num_classes))

    def forward(self, X, y, mode='train'):
        W1 = self.weights['W1']
        pre = X @ W1
        y_hat = self.softmax(self.ReLU(pre))
        loss = self.cross_entropy_loss(y_hat, y)
        accuracy = self.compute_accuracy(y_hat, y)
        if mode != 'train':
            return loss, accuracy

        batch = y.shape[0]
        targets = np.zeros_like(y_hat)
        targets[np.arange(batch), y] = 1
        d_pre = (y_hat - targets) / batch
        d_pre[pre <= 0] = 0
        self.gradients['W1'] = X.T @ d_pre
        return loss, accuracy
