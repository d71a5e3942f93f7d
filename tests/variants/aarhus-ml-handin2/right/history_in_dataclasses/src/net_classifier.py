"""Hand-in 2: a feed-forward neural network."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Final, Literal, TypedDict

import numpy as np
import numpy.typing as npt

from functions import cross_entropy, relu, relu_prime, softmax

FloatArray = npt.NDArray[np.float64]
EPS: Final = 1e-300


class Params(TypedDict):
    """The parameters of the network."""

    W1: FloatArray
    b1: FloatArray
    W2: FloatArray
    b2: FloatArray


@dataclass
class Curve:
    """Loss and accuracy after each epoch."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)


@dataclass
class History:
    """Curves of both parts of the data."""

    train: Curve = field(default_factory=Curve)
    validation: Curve = field(default_factory=Curve)


@dataclass
class NetClassifier:
    """One hidden layer with ReLU units."""

    patience: int | None = None
    _params: Params | None = field(default=None, init=False, repr=False)
    _history: History = field(default_factory=History, init=False, repr=False)

    @property
    def history(self) -> History:
        """What `fit` saw."""
        return self._history

    @property
    def params(self) -> Params:
        """The best parameters."""
        if self._params is None:
            raise RuntimeError("call fit first")
        return self._params

    def cost_grad(
        self, X: FloatArray, y: npt.NDArray[np.int64], params: Params, c: float = 0.0
    ) -> tuple[float, dict[str, FloatArray]]:
        """Return the cost and its gradient."""
        n = X.shape[0]
        z1 = X @ params["W1"] + params["b1"]
        a1 = relu(z1)
        p = softmax(a1 @ params["W2"] + params["b2"])
        cost = cross_entropy(p, y) + c * sum(float(np.vdot(params[k], params[k])) for k in ("W1", "W2"))
        delta2 = (p - np.eye(p.shape[1])[y]) / n
        delta1 = (delta2 @ params["W2"].T) * relu_prime(z1)
        ones = np.ones((1, n))
        return cost, {
            "d_w1": X.T @ delta1 + 2 * c * params["W1"],
            "d_b1": ones @ delta1,
            "d_w2": a1.T @ delta2 + 2 * c * params["W2"],
            "d_b2": ones @ delta2,
        }

    def fit(
        self,
        X_train: FloatArray,
        y_train: npt.NDArray[np.int64],
        X_val: FloatArray,
        y_val: npt.NDArray[np.int64],
        init_params: Params,
        batch_size: int = 32,
        lr: float = 0.1,
        c: float = 1e-4,
        epochs: int = 30,
    ) -> NetClassifier:
        """Train by stochastic gradient descent."""
        rng = np.random.default_rng(2)
        current: Params = {**init_params}
        self._params, best, bad = current, np.inf, 0
        self._history = History()
        for _ in range(epochs):
            for rows in self._minibatches(rng, X_train.shape[0], batch_size):
                _, grad = self.cost_grad(X_train[rows], y_train[rows], current, c)
                current = {k: w - lr * grad[f"d_{k.lower()}"] for k, w in current.items()}
            self._evaluate(self._history.train, X_train, y_train, current)
            loss = self._evaluate(self._history.validation, X_val, y_val, current)
            bad = 0 if loss < best else bad + 1
            if loss < best:
                best, self._params = loss, current
            if self.patience is not None and bad > self.patience:
                break
        return self

    def _evaluate(self, curve: Curve, X: FloatArray, y: npt.NDArray[np.int64], params: Params) -> float:
        loss, _ = self.cost_grad(X, y, params)
        curve.loss.append(loss)
        curve.accuracy.append(self.score(X, y, params))
        return loss

    @staticmethod
    def _minibatches(rng: np.random.Generator, n: int, size: int) -> Iterator[npt.NDArray[np.int64]]:
        order = rng.permutation(n)
        yield from (order[i : i + size] for i in range(0, n, size))

    def predict(self, X: FloatArray, params: Params | None = None) -> npt.NDArray[np.int64]:
        """Return the class of each row."""
        p = self.params if params is None else params
        return np.argmax(relu(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"], axis=1)

    def score(self, X: FloatArray, y: npt.NDArray[np.int64], params: Params | None = None) -> float:
        """Return the accuracy."""
        return float((self.predict(X, params) == y).mean())


def get_init_params(input_dim: int, hidden_size: int, output_size: int) -> Params:
    """Draw the initial parameters."""
    rng = np.random.default_rng(1)
    return Params(
        W1=rng.normal(0, (2 / (input_dim + hidden_size)) ** 0.5, (input_dim, hidden_size)),
        b1=np.zeros((1, hidden_size)),
        W2=rng.normal(0, (4 / (hidden_size + output_size)) ** 0.5, (hidden_size, output_size)),
        b2=np.zeros((1, output_size)),
    )
