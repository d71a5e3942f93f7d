import numpy as np
from scipy.special import expit, logsumexp


class _baseNetwork:
    dtype = np.float64
    eps = 1e-8

    def __init__(self, input_size=784, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = {}
        self.gradients = {}

    def softmax(self, scores):
        return np.exp(scores - logsumexp(scores, axis=1, keepdims=True))

    def cross_entropy_loss(self, x_pred, y):
        Y = np.zeros(x_pred.shape)
        Y[np.arange(len(y)), y] = 1
        return -np.sum(Y * np.log(x_pred + self.eps)) / len(y)

    def compute_accuracy(self, x_pred, y):
        return 1 - np.count_nonzero(np.argmax(x_pred, axis=1) - y) / len(y)

    def sigmoid(self, X):
        return expit(X)

    def sigmoid_dev(self, x):
        return expit(x) * (1 - expit(x))

    def ReLU(self, X):
        return np.maximum(X, 0)

    def ReLU_dev(self, X):
        return (np.sign(X) + 1) // 2 * (X != 0)
