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
        # TODO: the softmax of each row
        return prob

    def cross_entropy_loss(self, x_pred, y):
        """
        :param x_pred: probabilities, (N, num_classes)
        :param y: labels, (N,)
        :return: the mean cross-entropy, a number
        """
        loss = None
        # TODO: the loss
        return loss

    def compute_accuracy(self, x_pred, y):
        """
        :param x_pred: probabilities, (N, num_classes)
        :param y: labels, (N,)
        :return: share of right predictions, a number
        """
        acc = None
        # TODO: the accuracy
        return acc

    def sigmoid(self, X):
        """
        :param X: values before the activation, any shape
        :return: values after the activation, same shape
        """
        out = None
        # TODO: the sigmoid
        return out

    def sigmoid_dev(self, x):
        """
        :param x: values before the activation, any shape
        :return: derivative of the sigmoid there, same shape
        """
        ds = None
        # TODO: the derivative of the sigmoid
        return ds

    def ReLU(self, X):
        """
        :param X: values before the activation, any shape
        :return: values after the activation, same shape
        """
        out = None
        # TODO: the ReLU
        return out

    def ReLU_dev(self, X):
        """
        :param X: values before the activation, any shape
        :return: derivative of the ReLU there, same shape
        """
        out = None
        # TODO: the derivative of the ReLU
        return out
