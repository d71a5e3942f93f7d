import logging
import numpy as np
from .base import Classifier, History

log = logging.getLogger(__name__)


def get_init_params(input_dim, hidden_size, output_size, rng=np.random):
    p = {}
    p["W1"] = rng.normal(0, np.sqrt(2 / (input_dim + hidden_size)), size=(input_dim, hidden_size))
    p["b1"] = np.zeros((1, hidden_size))
    p["W2"] = rng.normal(0, np.sqrt(4 / (hidden_size + output_size)), size=(hidden_size, output_size))
    p["b2"] = np.zeros((1, output_size))
    return p


class NetClassifier(Classifier):
    def __init__(self, log_every=1, seed=None, **options):
        self.log_every = log_every
        self.options = options
        self.rng = np.random.default_rng(seed)
        self.history = History()

    def forward(self, X, params):
        cache = {"X": X}
        cache["z1"] = np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"]
        cache["a1"] = (np.abs(cache["z1"]) + cache["z1"]) / 2
        cache["z2"] = np.einsum("nh,hc->nc", cache["a1"], params["W2"]) + params["b2"]
        shifted = cache["z2"] - np.max(cache["z2"], axis=1, keepdims=True)
        cache["logp"] = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        return cache

    def backward(self, cache, y, params, c):
        n, k = cache["logp"].shape
        dz2 = np.exp(cache["logp"])
        np.subtract.at(dz2, (np.arange(n), y), 1)
        dz2 = dz2 / n
        da1 = np.einsum("nc,hc->nh", dz2, params["W2"])
        dz1 = np.where(cache["a1"] > 0, da1, 0.0)
        return {
            "d_w1": np.einsum("nd,nh->dh", cache["X"], dz1) + 2.0 * c * params["W1"],
            "d_w2": np.einsum("nh,nc->hc", cache["a1"], dz2) + 2.0 * c * params["W2"],
            "d_b1": np.einsum("nh->h", dz1)[None, :],
            "d_b2": np.einsum("nc->c", dz2)[None, :],
        }

    def cost_grad(self, X, y, params, c=0.0, only_cost=False):
        cache = self.forward(X, params)
        cost = -np.mean(cache["logp"][np.arange(len(y)), y]) + c * sum(
            np.sum(v * v) for k, v in params.items() if k.startswith("W")
        )
        if only_cost:
            return cost
        return cost, self.backward(cache, y, params, c)

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30, callback=None):
        assert len(X_train) == len(y_train) and len(X_val) == len(y_val)
        params = {k: np.array(v, copy=True) for k, v in init_params.items()}
        gen = self.minibatches(X_train, y_train, batch_size)
        steps = int(np.ceil(len(X_train) / batch_size))
        best = np.inf
        for epoch in range(epochs):
            for _ in range(steps):
                _, grads = self.cost_grad(*next(gen), params, c)
                params = self.descend(params, grads, lr)
            val_loss = self.cost_grad(X_val, y_val, params, only_cost=True)
            self.history.log(
                train_loss=self.cost_grad(X_train, y_train, params, only_cost=True),
                val_loss=val_loss,
                train_acc=self.score(X_train, y_train, params),
                val_acc=self.score(X_val, y_val, params),
            )
            if epoch % self.log_every == 0:
                log.info("epoch %d", epoch)
            if val_loss < best:
                best, self.params = val_loss, params
            if callback:
                callback(self)
        return self.params

    @staticmethod
    def descend(params, grads, lr):
        return {k: params[k] - lr * grads[f"d_{k.lower()}"] for k in params}

    def minibatches(self, X, y, size):
        """never ends; a new order for each epoch"""
        while True:
            order = self.rng.permutation(len(X))
            for start in range(0, len(X), size):
                yield X[order[start : start + size]], y[order[start : start + size]]

    def predict(self, X, params=None):
        return np.argmax(self.forward(X, self.params if params is None else params)["z2"], axis=1)
