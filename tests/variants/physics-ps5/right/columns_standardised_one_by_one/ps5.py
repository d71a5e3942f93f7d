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
    step = [hid.sum(0), (hid * x[:, :1]).sum(0), (hid * x[:, 1:]).sum(0), [out.sum()], (out[:, None] * beta_h).sum(0)]
    return w - eta * np.concatenate(step)


def loss(y, y_pred):
    return np.sum((y - y_pred) ** 2) / 2


def zscore(values):
    return (values - np.mean(values)) / np.std(values, ddof=1)


def train_test_split(x, y, test_size=0.2):
    chosen = np.zeros(len(y), dtype=bool)
    chosen[np.random.choice(len(y), size=int(len(y) * test_size), replace=False)] = True
    return x[~chosen], y[~chosen], x[chosen], y[chosen]


def prediction_map(w, x):
    """x as the network was trained on it; the map is drawn in the same units."""
    a, b = np.meshgrid(np.linspace(*x[:, 0][[0, -1]], 12), np.linspace(*x[:, 1][[0, -1]], 12))
    z = forward_pass(np.c_[a.ravel(), b.ravel()], w, 144)[1]
    return a, b, (z.reshape(12, 12) > 0.5).astype(int)


def train(x, y, w, eta, epochs):
    losses = []
    for _ in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(x))
        losses.append(loss(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, losses
