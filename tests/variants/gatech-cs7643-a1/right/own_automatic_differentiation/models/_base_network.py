import numpy as np


class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = dict()
        self.gradients = dict()

    def _weight_init(self):
        pass

    def forward(self):
        pass

    def softmax(self, scores):
        scores = scores - np.max(scores, axis=1).reshape(-1, 1)
        expo = np.exp(scores)
        prob = expo / np.sum(expo, axis=1).reshape(-1, 1)
        return prob

    def cross_entropy_loss(self, x_pred, y):
        N = len(y)
        correct = x_pred[range(N), y]
        loss = -np.sum(np.log(correct)) / N
        return loss

    def compute_accuracy(self, x_pred, y):
        pred = np.argmax(x_pred, axis=1)
        acc = np.sum(pred == y) / len(y)
        return acc

    def sigmoid(self, X):
        return 1. / (1. + np.exp(-X))

    def sigmoid_dev(self, x):
        ds = self.sigmoid(x) * (1 - self.sigmoid(x))
        return ds

    def ReLU(self, X):
        return np.maximum(0, X)

    def ReLU_dev(self, X):
        return np.where(X > 0, 1, 0)

