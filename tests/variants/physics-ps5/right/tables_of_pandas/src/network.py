"""The 2-7-1 network."""
import numpy as np

N_HIDDEN = 7


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def init_weights(seed=0):
    rng = np.random.RandomState(seed)
    return rng.randn(29)


def unpack(w):
    b1 = w[0:7]
    W1 = np.vstack((w[7:14], w[14:21]))
    b2 = w[21]
    W2 = w[22:29]
    return b1, W1, b2, W2


def forward_pass(x, w, N):
    b1, W1, b2, W2 = unpack(w)
    beta_h = sigmoid(x.dot(W1) + b1)
    y_pred = sigmoid(beta_h.dot(W2) + b2)
    return beta_h, y_pred


def loss(y, y_pred):
    return 0.5 * np.sum((y - y_pred) ** 2)


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    b1, W1, b2, W2 = unpack(w)
    delta_o = (y_pred - y) * y_pred * (1 - y_pred)
    delta_h = np.outer(delta_o, W2) * beta_h * (1 - beta_h)
    grad = np.concatenate([
        delta_h.sum(axis=0),
        (x[:, [0]] * delta_h).sum(axis=0),
        (x[:, [1]] * delta_h).sum(axis=0),
        [delta_o.sum()],
        (delta_o[:, None] * beta_h).sum(axis=0),
    ])
    return w - eta * grad
