import numpy as np

from ._base_network import _baseNetwork


class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        self._weight_init()

    def _weight_init(self):
        np.random.seed(1024)
        self.weights['W1'] = (0.001 * np.random.randn(self.input_size, self.num_classes)).astype(np.float32)

    def forward(self, X, y, mode='train'):
        W = self.weights['W1']
        scores = np.dot(X, W)
        hidden = self.ReLU(scores)
        prob = self.softmax(hidden)
        loss = self.cross_entropy_loss(prob, y)
        accuracy = self.compute_accuracy(prob, y)
        if mode == 'train':
            dW = np.zeros(W.shape, dtype=np.float32)
            N = len(X)
            slope = self.ReLU_dev(scores)
            # one image after the other
            for i in range(N):
                for c in range(self.num_classes):
                    delta = prob[i, c]
                    if c == y[i]:
                        delta = delta - 1
                    dW[:, c] += X[i] * delta * slope[i, c] / N
            self.gradients['W1'] = dW
        return loss, accuracy
