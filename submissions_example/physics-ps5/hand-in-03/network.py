import numpy as np


def sigmoid(t):
    t = np.clip(t, -60, 60)
    return 1 / (1 + np.exp(-t))


def unpack(w):
    """b1 (7, 1), W1 (7, 2), b2 (1, 1), W2 (1, 7)"""
    b1 = w[:7].reshape(7, 1)
    W1 = np.array([w[7:14], w[14:21]]).T
    b2 = w[21].reshape(1, 1)
    W2 = w[22:].reshape(1, 7)
    return b1, W1, b2, W2


def pack(b1, W1, b2, W2):
    return np.concatenate([b1.ravel(), W1[:, 0], W1[:, 1], b2.ravel(), W2.ravel()])


def forward_pass(x, w, N):
    """Everything has one column for each point."""
    b1, W1, b2, W2 = unpack(w)
    beta_h = sigmoid(W1 @ x.T + b1)
    y_pred = sigmoid(W2 @ beta_h + b2)
    assert y_pred.shape == (1, N)
    return y_pred, beta_h


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    b1, W1, b2, W2 = unpack(w)
    target = np.reshape(y, (1, -1))
    delta2 = (y_pred - target) * y_pred * (1 - y_pred)
    delta1 = (W2.T @ delta2) * beta_h * (1 - beta_h)
    return pack(
        b1 - eta * delta1.sum(axis=1, keepdims=True),
        W1 - eta * delta1 @ x,
        b2 - eta * delta2.sum(axis=1, keepdims=True),
        W2 - eta * delta2 @ beta_h.T,
    )
