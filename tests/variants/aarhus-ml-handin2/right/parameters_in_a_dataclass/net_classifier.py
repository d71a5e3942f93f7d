from dataclasses import dataclass, field
import copy
import numpy as np


@dataclass
class Params:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


@dataclass
class Epoch:
    train_loss: float
    train_acc: float
    val_loss: float
    val_acc: float


def get_init_params(input_dim, hidden_size, output_size):
    rng = np.random.default_rng(42)
    return Params(
        rng.normal(0, np.sqrt(2 / (input_dim + hidden_size)), (input_dim, hidden_size)),
        np.zeros((1, hidden_size)),
        rng.normal(0, np.sqrt(4 / (hidden_size + output_size)), (hidden_size, output_size)),
        np.zeros((1, output_size)),
    )


def log_softmax(Z):
    Z = Z - Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


class NetClassifier:
    def __init__(self):
        self.best_params = None
        self.history: list[Epoch] = []

    def cost_grad(self, X, y, params, c=0.0):
        z1 = X @ params.W1 + params.b1
        a1 = np.maximum(z1, 0)
        logp = log_softmax(a1 @ params.W2 + params.b2)
        rows = np.arange(len(y))
        cost = -logp[rows, y].mean() + c * (np.sum(params.W1**2) + np.sum(params.W2**2))
        d = np.exp(logp)
        d[rows, y] -= 1
        d /= len(y)
        h = d @ params.W2.T
        h[z1 <= 0] = 0
        return cost, {
            "d_w1": X.T @ h + 2 * c * params.W1,
            "d_b1": h.sum(0, keepdims=True),
            "d_w2": a1.T @ d + 2 * c * params.W2,
            "d_b2": d.sum(0, keepdims=True),
        }

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        p = copy.deepcopy(init_params)
        best = np.inf
        for _ in range(epochs):
            order = np.random.permutation(len(y_train))
            for part in np.array_split(order, np.arange(batch_size, len(order), batch_size)):
                _, g = self.cost_grad(X_train[part], y_train[part], p, c)
                p.W1 = p.W1 - lr * g["d_w1"]
                p.b1 = p.b1 - lr * g["d_b1"]
                p.W2 = p.W2 - lr * g["d_w2"]
                p.b2 = p.b2 - lr * g["d_b2"]
            e = Epoch(
                self.cost_grad(X_train, y_train, p, c)[0],
                self.score(X_train, y_train, p),
                self.cost_grad(X_val, y_val, p, c)[0],
                self.score(X_val, y_val, p),
            )
            self.history.append(e)
            if e.val_loss < best:
                best, self.best_params = e.val_loss, copy.deepcopy(p)
        return self

    def predict(self, X, params=None):
        p = params or self.best_params
        return (np.maximum(X @ p.W1 + p.b1, 0) @ p.W2 + p.b2).argmax(axis=1)

    def score(self, X, y, params=None):
        return float(np.mean(self.predict(X, params) == y))
