import numpy as np
from collections import namedtuple, OrderedDict

np.random.seed(42)

Weights = namedtuple("Weights", ["W1", "b1", "W2", "b2"])


def get_init_params(input_dim, hidden_size, output_size):
    return {
        "W1": np.random.normal(0, np.sqrt(2 / (input_dim + hidden_size)), (input_dim, hidden_size)),
        "b1": np.zeros((1, hidden_size)),
        "W2": np.random.normal(0, np.sqrt(4 / (hidden_size + output_size)), (hidden_size, output_size)),
        "b2": np.zeros((1, output_size)),
    }


class NetClassifier:
    """keeps its weights as a named tuple; hist is a list of (epoch, dict)"""

    def __init__(self, hidden_activation="relu", *, callbacks=()):
        self.callbacks = list(callbacks)
        self.hidden_activation = hidden_activation
        self.hist = {"train": [], "val": []}

    def _unpack(self, params):
        if isinstance(params, Weights):
            return params
        return Weights(**params)

    def _logits(self, X, w):
        hidden = X @ w.W1
        hidden += w.b1
        mask = hidden > 0
        hidden *= mask
        return hidden, mask, hidden @ w.W2 + w.b2

    def _loss(self, logits, y):
        m = logits.max(axis=1)
        lse = m + np.log(np.exp(logits - m[:, None]).sum(axis=1))
        return np.mean(lse - logits[np.arange(y.size), y])

    def cost_grad(self, X, y, params, c=0.0):
        w = self._unpack(params)
        hidden, mask, logits = self._logits(X, w)
        loss = self._loss(logits, y)
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(y.size), y] -= 1
        p /= y.size
        back = (p @ w.W2.T) * mask
        grads = OrderedDict()
        grads["d_w1"] = X.T @ back + 2 * c * w.W1
        grads["d_b1"] = np.atleast_2d(back.sum(axis=0))
        grads["d_w2"] = hidden.T @ p + 2 * c * w.W2
        grads["d_b2"] = np.atleast_2d(p.sum(axis=0))
        return loss + c * (np.square(w.W1).sum() + np.square(w.W2).sum()), grads

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        w = self._unpack(init_params)
        w = Weights(*(a.astype(float) for a in w))
        best = (np.inf, w)
        for epoch in range(epochs):
            # shuffle both with the same permutation
            data = list(zip(X_train, y_train))
            order = np.random.permutation(len(data))
            for i in range(0, len(order), batch_size):
                rows = [data[j] for j in order[i : i + batch_size]]
                Xb, yb = map(np.array, zip(*rows))
                _, grads = self.cost_grad(Xb, yb, w, c)
                w = Weights(*(a - lr * grads["d_" + n.lower()] for n, a in zip(w._fields, w)))
            for part, X, y in (("train", X_train, y_train), ("val", X_val, y_val)):
                self.hist[part].append({"loss": self._loss(self._logits(X, w)[2], y), "acc": self.score(X, y, w)})
            best = min(best, (self.hist["val"][-1]["loss"], w), key=lambda pair: pair[0])
            for callback in self.callbacks:
                callback(epoch, self.hist)
        self.weights = best[1]
        return self.hist

    def predict(self, X, params=None):
        w = self.weights if params is None else self._unpack(params)
        return self._logits(X, w)[2].argmax(axis=1)

    def score(self, X, y, params=None):
        return np.average(self.predict(X, params) == y)
