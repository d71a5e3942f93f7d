import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(x, w, N):
    z_h = w[:7].reshape(1, 7) + x @ np.vstack([w[7:14], w[14:21]])
    beta_h = sigmoid(z_h)
    z_o = beta_h @ w[22:].reshape(7, 1) + w[21]
    y_pred = sigmoid(z_o)
    return beta_h, y_pred, z_h


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    """All of shape (N, 1)."""
    y = y.reshape(-1, 1)
    delta = (y_pred - y) * y_pred * (1 - y_pred)
    delta_h = delta @ w[22:].reshape(1, 7) * beta_h * (1 - beta_h)
    gradient = np.concatenate([delta_h.sum(0), (x.T @ delta_h).ravel(), delta.sum(0), (beta_h.T @ delta).ravel()])
    return w - eta * gradient, gradient
