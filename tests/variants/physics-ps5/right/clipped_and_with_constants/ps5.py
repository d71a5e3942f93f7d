import numpy as np

N_HIDDEN = 7
B, X1, X2, OUT = slice(0, 7), slice(7, 14), slice(14, 21), slice(22, 29)


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def forward_pass(x, w, N):
    beta_h = np.array([sigmoid(w[B] + w[X1] * x[n][0] + w[X2] * x[n][1]) for n in range(N)])
    y_pred = np.array([sigmoid(w[21] + np.dot(w[OUT], beta_h[n])) for n in range(N)])
    return y_pred, beta_h


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    y_pred = np.clip(y_pred, 1e-12, 1 - 1e-12)
    dE_dw = np.zeros(29)
    for n, target in enumerate(y):
        dE_dy = y_pred[n] - target
        dy_dz = y_pred[n] * (1 - y_pred[n])
        dE_dw[21] += dE_dy * dy_dz
        dE_dw[OUT] += dE_dy * dy_dz * beta_h[n]
        dE_dz = dE_dy * dy_dz * w[OUT] * beta_h[n] * (1 - beta_h[n])
        dE_dw[B] += dE_dz
        dE_dw[X1] += dE_dz * x[n][0]
        dE_dw[X2] += dE_dz * x[n][1]
    return w - eta * dE_dw


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
        y_pred, beta_h = forward_pass(x, w, len(x))
        losses.append(loss(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, losses


def plane(w, x, mean, std):
    a, b = np.meshgrid(np.linspace(x[:, 0].min(), x[:, 0].max(), 25), np.linspace(x[:, 1].min(), x[:, 1].max(), 25))
    points = (np.column_stack([a.ravel(), b.ravel()]) - mean) / std
    return a, b, forward_pass(points, w, len(points))[0].reshape(a.shape)
