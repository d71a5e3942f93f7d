import numpy as np


class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size, self.num_classes = input_size, num_classes
        self.weights, self.gradients = {}, {}

    def forward(self, X, y, mode='train'):
        pass

    @staticmethod
    def softmax(scores):
        exps = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        return exps / np.sum(exps, axis=1, keepdims=True)

    @staticmethod
    def cross_entropy_loss(x_pred, y):
        return float(np.mean([-np.log(x_pred[i, y[i]]) for i in range(len(y))]))

    @staticmethod
    def compute_accuracy(x_pred, y):
        return float(np.mean(np.argmax(x_pred, 1) == y))

    @staticmethod
    def sigmoid(X):
        return 1 / (1 + np.exp(-X))

    @staticmethod
    def sigmoid_dev(x):
        return _baseNetwork.sigmoid(x) * (1 - _baseNetwork.sigmoid(x))

    @staticmethod
    def ReLU(X):
        return np.maximum(X, 0)

    @staticmethod
    def ReLU_dev(X):
        return X > 0
