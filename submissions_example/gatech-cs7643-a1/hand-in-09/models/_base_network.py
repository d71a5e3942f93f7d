import numpy as np

class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = dict()
        self.gradients = dict()

    def forward(self, X, y, mode='train'):
        pass

    def softmax(self, scores):
        log_prob = scores - np.max(scores, axis=1).reshape(-1, 1)
        log_prob = log_prob - np.log(np.exp(log_prob).sum(axis=1)).reshape(-1, 1)
        return np.exp(log_prob)

    def cross_entropy_loss(self, x_pred, y):
        m = len(y)
        return -1 / m * np.sum(np.log(x_pred[np.arange(m), y]))

    def compute_accuracy(self, x_pred, y):
        return np.sum(x_pred.argmax(axis=1) == y) / len(y)

    def sigmoid(self, X):
        X = np.clip(X, -500, 500)   # no overflow please
        return 1 / (1 + np.exp(-X))

    def sigmoid_dev(self, x):
        a = self.sigmoid(x)
        return a * (1 - a)

    def ReLU(self, X):
        return np.maximum(X, np.zeros_like(X))

    def ReLU_dev(self, X):
        d = np.zeros(np.shape(X))
        d[X > 0] = 1
        return d
