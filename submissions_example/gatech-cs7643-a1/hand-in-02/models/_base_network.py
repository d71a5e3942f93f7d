import math

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
        prob = np.zeros(scores.shape, dtype=np.float32)
        for i in range(len(scores)):
            biggest = max(scores[i])
            total = 0.0
            for j in range(len(scores[i])):
                prob[i, j] = math.exp(scores[i, j] - biggest)
                total += prob[i, j]
            for j in range(len(scores[i])):
                prob[i, j] = prob[i, j] / total
        return prob

    def cross_entropy_loss(self, x_pred, y):
        total = 0.0
        for i in range(len(y)):
            total = total - math.log(x_pred[i][y[i]] + 1e-12)
        return total / len(y)

    def compute_accuracy(self, x_pred, y):
        right = 0
        for i in range(len(y)):
            best = 0
            for j in range(len(x_pred[i])):
                if x_pred[i][j] > x_pred[i][best]:
                    best = j
            if best == y[i]:
                right += 1
        return right / len(y)

    def sigmoid(self, X):
        # numpy may warn for very negative numbers, the answer is 0 anyway
        return 1.0 / (1.0 + np.exp(-X))

    def sigmoid_dev(self, x):
        s = self.sigmoid(x)
        return s - s ** 2

    def ReLU(self, X):
        out = np.array(X)
        out[out < 0] = 0
        return out

    def ReLU_dev(self, X):
        out = np.zeros(X.shape, dtype=np.float32)
        out[X > 0] = 1
        return out
