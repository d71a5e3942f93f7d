import numpy as np


class Params(dict):
    """A dict that also answers p.W1"""

    def __getattr__(self, item):
        try:
            return self[item]
        except KeyError:
            raise AttributeError(item)

    def __setattr__(self, key, value):
        self[key] = value


class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = Params()
        self._gradients = None
        self._cache = None

    @property
    def gradients(self):
        # only worked out when somebody asks
        if self._gradients is None:
            if self._cache is None:
                return Params({k: np.zeros_like(v) for k, v in self.weights.items()})
            self._gradients = Params(self._backward(*self._cache))
        return self._gradients

    @gradients.setter
    def gradients(self, value):
        self._gradients = value

    def forward(self, X, y, mode='train'):
        scores, keep = self._scores(X)
        p = self.softmax(scores)
        if mode == 'train':
            self._gradients, self._cache = None, (X, y, p, *keep)
        return self.cross_entropy_loss(p, y), self.compute_accuracy(p, y)

    def softmax(self, scores):
        # exp overflows above 700
        e = np.exp(scores - scores.max(axis=1)[:, np.newaxis])
        return e / e.sum(axis=1)[:, np.newaxis]

    def cross_entropy_loss(self, x_pred, y):
        n = len(y)
        return -np.log(x_pred[np.arange(n), y]).sum() / n

    def compute_accuracy(self, x_pred, y):
        return np.mean(x_pred.argsort(axis=1)[:, -1] == y)

    def sigmoid(self, X):
        X = np.clip(X, -500, 500)
        return 1. / (1. + np.exp(-X))

    def sigmoid_dev(self, x):
        return self.sigmoid(x) - self.sigmoid(x) ** 2

    def ReLU(self, X):
        return np.maximum(X, np.zeros_like(X))

    def ReLU_dev(self, X):
        return np.greater(X, 0)
