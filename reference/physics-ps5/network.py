"""A network of two inputs, seven hidden units and one output, all sigmoid, with its 29 weights in one vector.

Counted from one: w1 to w7 are the biases of the hidden units, w8 to w14 their weights for x_1, w15 to w21 those for
x_2; w22 is the bias of the output, w23 to w29 are its weights for the hidden units.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEIGHTS = 29


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), also where exp(-z) is too large for a number."""
    squashed: Array = np.exp(-np.logaddexp(0.0, -z))
    return squashed


def forward_pass(x: Array, w: Array, N: int) -> tuple[Array, Array]:
    """Return the hidden activations (N, 7) and the prediction (N,) for x (N, 2)."""
    x_1, x_2 = x.reshape(N, 2).T
    beta_h = sigmoid(w[:7] + np.outer(x_1, w[7:14]) + np.outer(x_2, w[14:21]))
    y_pred = sigmoid(w[21] + beta_h @ w[22:])
    return beta_h, y_pred


def loss(y: Array, y_pred: Array) -> float:
    """Half the sum of the squared errors."""
    return 0.5 * float(np.sum((y - y_pred) ** 2))


def backward_propagation(x: Array, y: Array, y_pred: Array, w: Array, beta_h: Array, eta: float) -> Array:
    """Return the 29 weights after one step of gradient descent with the learning rate eta."""
    delta = (y_pred - y) * y_pred * (1 - y_pred)
    delta_h = np.outer(delta, w[22:]) * beta_h * (1 - beta_h)
    dw = np.empty(WEIGHTS)
    dw[:7] = delta_h.sum(axis=0)
    dw[7:14] = x[:, 0] @ delta_h
    dw[14:21] = x[:, 1] @ delta_h
    dw[21] = delta.sum()
    dw[22:] = delta @ beta_h
    return w - eta * dw
