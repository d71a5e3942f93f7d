import numpy as np


def indicator(labels, classes):
    """Matrix with a one where the label is"""
    labels = np.asarray(labels, dtype=int)
    T = np.zeros((labels.size, classes))
    T.flat[np.arange(labels.size) * classes + labels] = 1
    return T


class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = {}
        self.gradients = {}

    def forward(self, X, y, mode='train'):
        pass

    def softmax(self, scores):
        u = np.exp(np.subtract(scores, scores.max(axis=-1, keepdims=True)))
        return np.divide(u, u.sum(axis=-1, keepdims=True))

    def cross_entropy_loss(self, x_pred, y):
        T = indicator(y, x_pred.shape[1])
        p_label = np.sum(T * x_pred, axis=1)
        return float(np.mean(-np.log(p_label + 1e-12)))

    def compute_accuracy(self, x_pred, y):
        return float(np.mean(np.argmax(x_pred, 1) == np.asarray(y)))

    def sigmoid(self, X):
        return np.where(X > 0, 1 / (1 + np.exp(-np.abs(X))), np.exp(-np.abs(X)) / (1 + np.exp(-np.abs(X))))

    def sigmoid_dev(self, x):
        return self.sigmoid(x) * (1. - self.sigmoid(x))

    def ReLU(self, X):
        return np.maximum(0., X)

    def ReLU_dev(self, X):
        return (np.sign(X) > 0).astype(np.float64)
