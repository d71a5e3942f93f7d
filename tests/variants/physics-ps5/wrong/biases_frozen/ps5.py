import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(x, w, N):
    beta_h = sigmoid(w[:7] + x[:, :1] * w[7:14] + x[:, 1:] * w[14:21])
    y_pred = sigmoid(w[21] + np.sum(beta_h * w[22:], axis=1))
    return beta_h, y_pred


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    out = (y_pred - y) * y_pred * (1 - y_pred)
    hid = out[:, None] * w[22:] * beta_h * (1 - beta_h)
    step = [np.zeros(7), (hid * x[:, :1]).sum(0), (hid * x[:, 1:]).sum(0), [0.0], (out[:, None] * beta_h).sum(0)]
    return w - eta * np.concatenate(step)


def loss(y, y_pred):
    return np.sum((y - y_pred) ** 2) / 2


def standardise(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def split(x, y):
    order = np.random.RandomState(3).permutation(len(y))
    test, train = order[: len(y) // 5], order[len(y) // 5 :]
    return x[train], x[test], y[train], y[test]


def train(x, y, w, eta, epochs):
    losses = []
    for _ in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(x))
        losses.append(loss(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, losses


def plane(w, x, mean, std):
    a, b = np.meshgrid(np.linspace(x[:, 0].min(), x[:, 0].max(), 25), np.linspace(x[:, 1].min(), x[:, 1].max(), 25))
    points = (np.column_stack([a.ravel(), b.ravel()]) - mean) / std
    return a, b, forward_pass(points, w, len(points))[1].reshape(a.shape)
