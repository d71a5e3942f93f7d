import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(x, w, N):
    """x is (2, N) here: one column for each point."""
    x_1, x_2 = x
    assert len(x_1) == N
    beta_h = sigmoid(w[:7, None] + w[7:14, None] * x_1 + w[14:21, None] * x_2)
    return beta_h, sigmoid(w[21] + w[22:] @ beta_h)


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    d = (y_pred - y) * y_pred * (1 - y_pred)
    d_h = w[22:, None] * d * beta_h * (1 - beta_h)
    return w - eta * np.hstack([d_h.sum(axis=1), d_h @ x[0], d_h @ x[1], d.sum(), beta_h @ d])


def loss(y, y_pred):
    return 0.5 * ((y - y_pred) ** 2).sum()


def standardise(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def train(x, y, w, eta, epochs):
    for _ in range(epochs):
        beta_h, y_pred = forward_pass(x, w, x.shape[1])
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w


def split(x, y):
    order = np.random.RandomState(3).permutation(len(y))
    test, train = order[: len(y) // 5], order[len(y) // 5 :]
    return x[train], x[test], y[train], y[test]


def plane(w, mean, std):
    a, b = np.linspace(-6, -4, 20), np.linspace(-900, 1000, 30)
    grid_1, grid_2 = np.meshgrid(a, b)
    z = np.zeros(grid_1.shape)
    for i in range(30):
        x = np.array([(grid_1[i] - mean[0]) / std[0], (grid_2[i] - mean[1]) / std[1]])
        z[i] = forward_pass(x, w, 20)[1]
    return grid_1, grid_2, z
