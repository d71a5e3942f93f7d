import numpy as np
from .layers import Linear


class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.layers = []

    @property
    def _linear(self):
        return [l for l in self.layers if isinstance(l, Linear)]

    @property
    def weights(self):
        d = {}
        for i, l in enumerate(self._linear, 1):
            d[f"W{i}"] = l.W
            if l.b is not None:
                d[f"b{i}"] = l.b
        return d

    @property
    def gradients(self):
        d = {}
        for i, l in enumerate(self._linear, 1):
            d[f"W{i}"] = l.dW
            if l.b is not None:
                d[f"b{i}"] = l.db
        return d

    def forward(self, X, y, mode="train"):
        h = X
        for layer in self.layers:
            h = layer(h)
        p = self.softmax(h)
        loss = self.cross_entropy_loss(p, y)
        acc = self.compute_accuracy(p, y)
        if mode == "train":
            d = (p - np.eye(p.shape[1])[y]) / len(y)
            for layer in reversed(self.layers):
                d = layer.backward(d)
        return loss, acc

    def softmax(self, scores):
        shifted = scores - scores.max(axis=-1, keepdims=True)
        e = np.exp(shifted)
        return e / e.sum(axis=-1, keepdims=True)

    def cross_entropy_loss(self, x_pred, y):
        return -np.log(np.take_along_axis(x_pred, np.asarray(y)[:, None], axis=1)).mean()

    def compute_accuracy(self, x_pred, y):
        return (x_pred.argmax(-1) == y).mean()

    def sigmoid(self, X):
        return np.where(X >= 0, 1 / (1 + np.exp(-np.abs(X))), np.exp(-np.abs(X)) / (1 + np.exp(-np.abs(X))))

    def sigmoid_dev(self, x):
        s = self.sigmoid(x)
        return s * (1 - s)

    def ReLU(self, X):
        return X * (X > 0)

    def ReLU_dev(self, X):
        return (X > 0).astype(X.dtype)
