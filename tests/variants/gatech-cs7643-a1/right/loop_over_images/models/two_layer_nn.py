import numpy as np

from ._base_network import _baseNetwork


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights['b1'], self.weights['b2'] = np.zeros(hidden_size), np.zeros(num_classes)

    def forward(self, X, y, mode='train'):
        loss, right = 0.0, 0
        sums = {k: np.zeros_like(w) for k, w in self.weights.items()}
        for image, label in zip(X, y):
            z1 = image @ self.weights['W1'] + self.weights['b1']
            a1 = self.sigmoid(z1)
            p = self.softmax((a1 @ self.weights['W2'] + self.weights['b2']).reshape(1, -1))
            loss += self.cross_entropy_loss(p, np.array([label]))
            right += self.compute_accuracy(p, np.array([label]))
            p[0, label] -= 1
            back = (self.weights['W2'] @ p[0]) * self.sigmoid_dev(z1)
            sums['W2'] += np.outer(a1, p)
            sums['b2'] += p[0]
            sums['W1'] += np.outer(image, back)
            sums['b1'] += back
        if mode == 'train':
            self.gradients = {k: s / len(X) for k, s in sums.items()}
        return loss / len(X), right / len(X)
