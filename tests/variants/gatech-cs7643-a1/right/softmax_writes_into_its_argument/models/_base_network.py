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
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

    def cross_entropy_loss(self, x_pred, y):
        return -np.mean(np.log(x_pred[np.arange(len(y)), y]))

    def compute_accuracy(self, x_pred, y):
        return np.mean(np.argmax(x_pred, axis=1) == y)

    def sigmoid(self, X):
        return 1 / (1 + np.exp(-X))

    def sigmoid_dev(self, x):
        s = self.sigmoid(x)
        return s * (1 - s)

    def ReLU(self, X):
        return np.maximum(0, X)

    def ReLU_dev(self, X):
        return (X > 0).astype(float)
