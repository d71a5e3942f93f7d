import numpy as np
from models._base_network import _baseNetwork, Params


class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        p = self.weights
        np.random.seed(1024)
        p.W1, p.b1 = 0.001 * np.random.randn(input_size, hidden_size), np.zeros(hidden_size)
        np.random.seed(1024)
        p.W2, p.b2 = 0.001 * np.random.randn(hidden_size, num_classes), np.zeros(num_classes)

    def _scores(self, X):
        p = self.weights
        z = X @ p.W1 + p.b1
        h = self.sigmoid(z)
        return h @ p.W2 + p.b2, (z, h)

    def _backward(self, X, y, p, z, h):
        d = p.copy()
        d[np.arange(len(y)), y] -= 1
        d /= len(y)
        e = d.dot(self.weights.W2.T) * self.sigmoid_dev(z)
        return dict(W1=X.T.dot(e), b1=e.sum(0), W2=h.T.dot(d), b2=d.sum(0))
