import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(x, w, N):
    """The first column of beta_h is the bias unit of the output."""
    beta_h = np.ones((N, 8))
    for j in range(7):
        beta_h[:, j + 1] = sigmoid(w[j] + w[j + 7] * x[:, 0] + w[j + 14] * x[:, 1])
    return beta_h, sigmoid(beta_h @ w[21:])


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    new = w.copy()
    delta = -(y - y_pred) * y_pred * (1 - y_pred)
    for j in range(8):
        new[21 + j] -= eta * np.sum(delta * beta_h[:, j])
    for j in range(7):
        beta = beta_h[:, j + 1]
        common = delta * w[22 + j] * beta * (1 - beta)
        new[j] -= eta * np.sum(common)
        new[7 + j] -= eta * np.sum(common * x[:, 0])
        new[14 + j] -= eta * np.sum(common * x[:, 1])
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
