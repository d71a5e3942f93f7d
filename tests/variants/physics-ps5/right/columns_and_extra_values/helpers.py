import numpy as np
from net import backward_propagation, forward_pass


def loss(y, y_pred):
    return 0.5 * np.sum((y.reshape(-1, 1) - y_pred.reshape(-1, 1)) ** 2)


def train(x, y, x_test, y_test, w, eta=1e-4, epochs=1000):
    history = {"train": [], "test": []}
    for _ in range(epochs):
        beta_h, y_pred, _ = forward_pass(x, w, len(x))
        history["train"].append(loss(y, y_pred))
        history["test"].append(loss(y_test, forward_pass(x_test, w, len(x_test))[1]))
        w, _ = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return history, w


def prepare(x, y):
    order = np.random.permutation(len(x))
    cut = len(x) * 4 // 5
    rows, held = order[:cut], order[cut:]
    mean, std = x[rows].mean(0), x[rows].std(0)
    scaled = (x - mean) / std
    return (scaled[rows], y[rows].reshape(-1, 1)), (scaled[held], y[held].reshape(-1, 1)), (mean, std)


def plane(w, mean, std, n=40):
    a, b = np.meshgrid(np.linspace(-6, -4, n), np.linspace(-900, 1000, n))
    points = np.stack([a, b], axis=-1).reshape(-1, 2)
    return a, b, forward_pass((points - mean) / std, w, n * n)[1].reshape(n, n)
