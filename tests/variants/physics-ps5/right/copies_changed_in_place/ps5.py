import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(x, w, N):
    w = np.array(w)
    hidden = x.copy() @ w[7:21].reshape(2, 7)
    hidden += w[:7]
    np.exp(-hidden, out=hidden)
    hidden += 1
    np.reciprocal(hidden, out=hidden)
    return hidden, sigmoid(hidden @ w[22:] + w[21])


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    new, error = w.copy(), y_pred - y
    error *= y_pred
    error *= 1 - y_pred
    back = np.outer(error, w[22:])
    back *= beta_h
    back *= 1 - beta_h
    new[22:] -= eta * error @ beta_h
    new[21] -= eta * error.sum()
    new[7:21] -= eta * (x.T @ back).reshape(14)
    new[:7] -= eta * back.sum(axis=0)
    return new


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
