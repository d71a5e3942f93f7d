"""NetClassifier"""
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class Activation:
    def __call__(self, x):
        raise NotImplementedError

    def prime(self, x):
        raise NotImplementedError


class ReLU(Activation):
    def __call__(self, x):
        return np.fmax(x, 0)

    def prime(self, x):
        return np.sign(self(x))


class Softmax(Activation):
    def __call__(self, x):
        return np.exp(self.log(x))

    def log(self, x):
        return x - np.logaddexp.reduce(x, axis=1, keepdims=True)


relu = ReLU()
softmax = Softmax()


class NetClassifier(BaseEstimator, ClassifierMixin):
    def __init__(self, hidden_size=256, activation=relu, random_state=None):
        self.hidden_size = hidden_size
        self.activation = activation
        self.random_state = random_state

    def _check(self, params):
        return params if params is not None else self.best_params_

    def decision_function(self, X, params=None):
        p = self._check(params)
        return self.activation(X @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]

    def predict_proba(self, X, params=None):
        return softmax(self.decision_function(X, params))

    def predict(self, X, params=None):
        return self.predict_proba(X, params).argmax(axis=1)

    def score(self, X, y, params=None):
        return np.mean(self.predict(X, params) == y)

    def cost_grad(self, X, y, params, c=0.0):
        z1 = X @ params["w1"] + params["b1"]
        a1 = self.activation(z1)
        logp = softmax.log(a1 @ params["w2"] + params["b2"])
        n = y.shape[0]
        cost = -logp[np.arange(n), y].sum() / n + c * (np.vdot(params["w1"], params["w1"]) + np.vdot(params["w2"], params["w2"]))
        delta2 = np.exp(logp)
        delta2[np.arange(n), y] -= 1
        delta2 /= n
        delta1 = delta2 @ params["w2"].T * self.activation.prime(z1)
        return (
            cost,
            X.T @ delta1 + 2 * c * params["w1"],
            delta1.sum(axis=0),
            a1.T @ delta2 + 2 * c * params["w2"],
            delta2.sum(axis=0),
        )

    def fit(self, X_train, y_train, X_val, y_val, init_params=None, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        rng = np.random.RandomState(self.random_state)
        if init_params is None:
            init_params = get_init_params(X_train.shape[1], self.hidden_size, y_train.max() + 1)
        p = {k: v.copy() for k, v in init_params.items()}
        self.history_ = np.zeros((epochs, 4))
        self.best_params_, best = None, np.inf
        for epoch in range(epochs):
            order = rng.permutation(len(X_train))
            for lo in range(0, len(order), batch_size):
                b = order[lo : lo + batch_size]
                _, d_w1, d_b1, d_w2, d_b2 = self.cost_grad(X_train[b], y_train[b], p, c)
                p["w1"] -= lr * d_w1
                p["b1"] -= lr * d_b1
                p["w2"] -= lr * d_w2
                p["b2"] -= lr * d_b2
            self.history_[epoch] = (
                self.cost_grad(X_train, y_train, p, c)[0],
                self.cost_grad(X_val, y_val, p, c)[0],
                self.score(X_train, y_train, p),
                self.score(X_val, y_val, p),
            )
            if self.history_[epoch, 1] < best:
                best = self.history_[epoch, 1]
                self.best_params_ = {k: v.copy() for k, v in p.items()}
        return self


def get_init_params(input_dim, hidden_size, output_size):
    return {
        "w1": np.random.normal(0, np.sqrt(2 / (input_dim + hidden_size)), (input_dim, hidden_size)),
        "b1": np.zeros(hidden_size),
        "w2": np.random.normal(0, np.sqrt(4 / (hidden_size + output_size)), (hidden_size, output_size)),
        "b2": np.zeros(output_size),
    }
