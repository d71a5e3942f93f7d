"""A classifier with one hidden layer of ReLU units, softmax outputs and weight decay, trained by mini-batches.

N is the number of rows in a batch, D of inputs, H of hidden units, and C of classes. Biases are row vectors: b1 (1, H)
and b2 (1, C).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Params = dict[str, Array]

SMALLEST = np.finfo(np.float64).tiny  # keeps log finite, and changes no probability but an exact zero


def relu(x: Array) -> Array:
    """Keep what is positive and put zero for the rest.

    any shape -> the same:  max(x, 0)
    Goodfellow et al. 2016, section 6.3.
    """
    return np.maximum(x, 0.0)


def softmax(scores: Array) -> Array:
    """Turn each row of scores into probabilities.

    scores (N, C) -> (N, C):  p_ic = exp(s_ic) / sum_k exp(s_ik)
    The largest score of each row is subtracted first: p stays the same and exp cannot overflow.
    Goodfellow et al. 2016, section 6.2.2.3; for the shift, section 4.1.
    """
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    probabilities: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities


def one_hot(y: Labels, classes: int) -> Array:
    """Write each label as a row with a one in its column.

    y (N,) -> (N, C)
    """
    return np.eye(classes)[y]


def get_init_params(input_dim: int, hidden_size: int, output_size: int) -> Params:
    """Draw normal weights whose spread fits the width of the layers on either side; the biases start at zero.

    Glorot and Bengio 2010, equation 12; twice the variance in the second layer.
    """
    return {
        "W1": np.random.normal(0.0, np.sqrt(2.0 / (input_dim + hidden_size)), (input_dim, hidden_size)),
        "b1": np.zeros((1, hidden_size)),
        "W2": np.random.normal(0.0, np.sqrt(4.0 / (hidden_size + output_size)), (hidden_size, output_size)),
        "b2": np.zeros((1, output_size)),
    }


class NetClassifier:
    """A network with one hidden layer; after `fit` its best parameters are in `params`, its curves in `history`."""

    def __init__(self) -> None:
        self.params: Params = {}
        self.history: dict[str, list[float]] = {}

    def cost_grad(self, X: Array, y: Labels, params: Params, c: float = 0.0) -> tuple[float, Params]:
        """Return the cost of a batch and its gradients d_w1, d_b1, d_w2, d_b2, shaped like the parameters.

        X (N, D), y (N,):  J = -(1/N) sum_i log p_i,y_i + c (sum of all squared weights, without the biases)
        dZ2 = (P - onehot(y)) / N,  dW2 = A1ᵀ dZ2 + 2c W2,  db2 = sum over rows of dZ2
        dZ1 = (dZ2 W2ᵀ) * [Z1 > 0],  dW1 = Xᵀ dZ1 + 2c W1,  db1 = sum over rows of dZ1
        Goodfellow et al. 2016, sections 6.5.4 and 7.1.1.
        """
        W1, W2 = params["W1"], params["W2"]
        Z1, A1, P = self._forward(X, params)
        decay = c * (np.sum(W1**2) + np.sum(W2**2))
        dZ2 = (P - one_hot(y, P.shape[1])) / len(y)
        dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
        gradients = {
            "d_w1": X.T @ dZ1 + 2.0 * c * W1,
            "d_b1": dZ1.sum(axis=0, keepdims=True),
            "d_w2": A1.T @ dZ2 + 2.0 * c * W2,
            "d_b2": dZ2.sum(axis=0, keepdims=True),
        }
        return self._cross_entropy(P, y) + float(decay), gradients

    def fit(
        self,
        X_train: Array,
        y_train: Labels,
        X_val: Array,
        y_val: Labels,
        init_params: Params,
        batch_size: int = 32,
        lr: float = 0.1,
        c: float = 1e-4,
        epochs: int = 30,
    ) -> dict[str, list[float]]:
        """Train by gradient descent on shuffled mini-batches, and keep the parameters with the least validation loss.

        X_train (N, D), y_train (N,); X_val and y_val likewise. The loss that is recorded leaves weight decay out.
        Goodfellow et al. 2016, sections 8.3.1 and 7.8.
        """
        params = {name: value.copy() for name, value in init_params.items()}
        self.history = {"train_loss": [], "train_acc": [], "val_loss": [], "val_acc": []}
        least, self.params = np.inf, params
        for _ in range(epochs):
            for batch in self._batches(len(X_train), batch_size):
                _, gradients = self.cost_grad(X_train[batch], y_train[batch], params, c)
                params = self._step(params, gradients, lr)
            self._record("train", X_train, y_train, params)
            self._record("val", X_val, y_val, params)
            if self.history["val_loss"][-1] < least:
                least, self.params = self.history["val_loss"][-1], params
        return self.history

    def predict(self, X: Array, params: Params | None = None) -> Labels:
        """Return the most probable class of each row, by default with the parameters that `fit` kept.

        X (N, D) -> (N,)
        """
        _, _, P = self._forward(X, params or self.params)
        best: Labels = P.argmax(axis=1)
        return best

    def score(self, X: Array, y: Labels, params: Params | None = None) -> float:
        """Return the share of rows whose most probable class is the true one.

        X (N, D), y (N,) -> scalar in [0, 1]
        """
        return float(np.mean(self.predict(X, params) == y))

    def _forward(self, X: Array, params: Params) -> tuple[Array, Array, Array]:
        """Return the hidden layer before and after its activation, and the probabilities.

        X (N, D):  Z1 = X W1 + b1 (N, H),  A1 = max(Z1, 0),  P = softmax(A1 W2 + b2) (N, C)
        """
        Z1 = X @ params["W1"] + params["b1"]
        A1 = relu(Z1)
        return Z1, A1, softmax(A1 @ params["W2"] + params["b2"])

    def _cross_entropy(self, P: Array, y: Labels) -> float:
        """Return the mean negative log-probability of the true classes.

        P (N, C), y (N,) -> scalar:  L = -(1/N) sum_i log p_i,y_i
        Goodfellow et al. 2016, section 6.2.1.1.
        """
        p_true = P[np.arange(len(y)), y]
        return float(-np.log(np.maximum(p_true, SMALLEST)).mean())

    def _batches(self, rows: int, batch_size: int) -> Iterator[Labels]:
        """Yield the indices of each batch of one epoch: every row once, in a new order; the last batch may be short."""
        order = np.random.permutation(rows)
        for start in range(0, rows, batch_size):
            yield order[start : start + batch_size]

    def _step(self, params: Params, gradients: Params, lr: float) -> Params:
        """Return new parameters, one step against the gradient: w - lr * dw."""
        return {name: value - lr * gradients[f"d_{name.lower()}"] for name, value in params.items()}

    def _record(self, part: str, X: Array, y: Labels, params: Params) -> None:
        """Add the loss and the accuracy on one part of the data to the history."""
        _, _, P = self._forward(X, params)
        self.history[f"{part}_loss"].append(self._cross_entropy(P, y))
        self.history[f"{part}_acc"].append(float(np.mean(P.argmax(axis=1) == y)))
