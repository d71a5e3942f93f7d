"""Gradient descent on all rows at once, and what the trained network says over the plane."""

import numpy as np
from network import WEIGHTS, backward_propagation, forward_pass, loss
from numpy.typing import NDArray
from preparation import standardise

Array = NDArray[np.float64]


def initial_weights(seed: int = 0) -> Array:
    """Return 29 normal numbers."""
    return np.random.RandomState(seed).normal(size=WEIGHTS)


def train(x: Array, y: Array, w: Array, eta: float = 1e-4, epochs: int = 100_000) -> tuple[Array, list[float]]:
    """Return the weights after so many steps from w, and the loss before each of them."""
    losses = []
    for _ in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(x))
        losses.append(loss(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, losses


def plane(w: Array, x: Array, mean: Array, deviation: Array, steps: int = 60) -> tuple[Array, Array, Array]:
    """Return x_1, x_2 and the prediction, each (steps, steps), over the rectangle that holds the points x (N, 2).

    The grid is standardised as the training inputs were, because that is what the weights belong to.
    """
    x_1, x_2 = np.meshgrid(*np.linspace(x.min(axis=0), x.max(axis=0), steps).T)
    points, _, _ = standardise(np.column_stack([x_1.ravel(), x_2.ravel()]), mean, deviation)
    _, y_pred = forward_pass(points, w, len(points))
    return x_1, x_2, y_pred.reshape(x_1.shape)
