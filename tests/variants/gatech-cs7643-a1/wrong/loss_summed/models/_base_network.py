import numpy as np


class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = {}
        self.gradients = {}

    def forward(self, X, y, mode='train'):
        pass

    def softmax(self, scores):
        top = scores.max(-1, keepdims=True)
        return np.exp(scores - top - np.log(np.exp(scores - top).sum(-1, keepdims=True)))

    def cross_entropy_loss(self, x_pred, y):
        total = 0
        for p, label in zip(x_pred, y):
            total -= np.log(np.clip(p[label], 1e-15, 1))
        return total

    def compute_accuracy(self, x_pred, y):
        return np.count_nonzero(np.argmax(x_pred, axis=1) == y) / len(y)

    def sigmoid(self, X):
        return (np.tanh(X / 2) + 1) / 2

    def sigmoid_dev(self, x):
        return self.sigmoid(x) * self.sigmoid(-x)

    def ReLU(self, X):
        return np.clip(X, 0, np.inf)

    def ReLU_dev(self, X):
        out = np.zeros(X.shape)
        out[X > 0] = 1
        return out
