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
        prob = None
        scores_stable = scores - scores.max(1, keepdims=True)
        prob = np.exp(scores_stable)
        prob = prob / prob.sum(1, keepdims=True)
        return prob

    def cross_entropy_loss(self, x_pred, y):
        """
        :param x_pred: probabilities, (N, num_classes)
        :param y: labels, (N,)
        :return: the mean cross-entropy, a number
        """
        loss = None
        loss = 0
        for row, label in zip(x_pred, y):
            loss -= np.log(row[label] + 1e-9)
        loss /= len(y)
        return loss

    def compute_accuracy(self, x_pred, y):
        """
        :param x_pred: probabilities, (N, num_classes)
        :param y: labels, (N,)
        :return: share of right predictions, a number
        """
        acc = None
        acc = (x_pred.argmax(1) == y).mean()
        return acc

    def sigmoid(self, X):
        """
        :param X: values before the activation, any shape
        :return: values after the activation, same shape
        """
        out = None
        out = np.exp(-np.logaddexp(0, -X))
        return out

    def sigmoid_dev(self, x):
        """
        :param x: values before the activation, any shape
        :return: derivative of the sigmoid there, same shape
        """
        ds = None
        ds = self.sigmoid(x) - np.square(self.sigmoid(x))
        return ds

    def ReLU(self, X):
        """
        :param X: values before the activation, any shape
        :return: values after the activation, same shape
        """
        out = None
        out = np.fmax(X, 0)
        return out

    def ReLU_dev(self, X):
        """
        :param X: values before the activation, any shape
        :return: derivative of the ReLU there, same shape
        """
        out = None
        # TODO: the derivative of the ReLU
        return out
