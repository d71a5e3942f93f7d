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
        """
        :param scores: raw scores of the last layer, (N, num_classes)
        :return: probabilities, (N, num_classes)
        """
        # subtracting the row maximum avoids overflow and does not change the result
        e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        prob = e / np.sum(e, axis=1, keepdims=True)
        return prob

    def cross_entropy_loss(self, x_pred, y):
        """
        :param x_pred: probabilities, (N, num_classes)
        :param y: labels, (N,)
        :return: the mean cross-entropy, a number
        """
        n = x_pred.shape[0]
        loss = np.sum(-np.log(x_pred[range(n), y] + 1e-15)) / n
        return loss

    def compute_accuracy(self, x_pred, y):
        """
        :param x_pred: probabilities, (N, num_classes)
        :param y: labels, (N,)
        :return: share of right predictions, a number
        """
        acc = np.mean(np.argmax(x_pred, axis=1) == y)
        return acc

    def sigmoid(self, X):
        """
        :param X: values before the activation, any shape
        :return: values after the activation, same shape
        """
        out = 1 / (1 + np.exp(-X))
        return out

    def sigmoid_dev(self, x):
        """
        :param x: values before the activation, any shape
        :return: derivative of the sigmoid there, same shape
        """
        ds = self.sigmoid(x) * (1 - self.sigmoid(x))
        return ds

    def ReLU(self, X):
        """
        :param X: values before the activation, any shape
        :return: values after the activation, same shape
        """
        out = np.maximum(0, X)
        return out

    def ReLU_dev(self, X):
        """
        :param X: values before the activation, any shape
        :return: derivative of the ReLU there, same shape
        """
        out = np.where(X > 0, 1, 0)
        return out
