import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_pass(x, w, N):
    beta_h = sigmoid(w[:7] + x[:, :1] * w[7:14] + x[:, 1:] * w[14:21])
    y_pred = sigmoid(w[21] + np.sum(beta_h * w[22:], axis=1))
    return beta_h, y_pred


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    x1, x2 = x[:, 0], x[:, 1]
    delta = (y_pred - y) * y_pred * (1 - y_pred)
    w_new = np.zeros(29)
    g1 = delta * w[22] * beta_h[:, 0] * (1 - beta_h[:, 0])
    g2 = delta * w[23] * beta_h[:, 1] * (1 - beta_h[:, 1])
    g3 = delta * w[24] * beta_h[:, 2] * (1 - beta_h[:, 2])
    g4 = delta * w[25] * beta_h[:, 3] * (1 - beta_h[:, 3])
    g5 = delta * w[26] * beta_h[:, 4] * (1 - beta_h[:, 4])
    g6 = delta * w[27] * beta_h[:, 5] * (1 - beta_h[:, 5])
    g7 = delta * w[28] * beta_h[:, 6] * (1 - beta_h[:, 6])
    dw1 = np.sum(g1)
    dw2 = np.sum(g2)
    dw3 = np.sum(g3)
    dw4 = np.sum(g4)
    dw5 = np.sum(g5)
    dw6 = np.sum(g6)
    dw7 = np.sum(g7)
    dw8 = np.sum(g1 * x1)
    dw9 = np.sum(g2 * x1)
    dw10 = np.sum(g3 * x1)
    dw11 = np.sum(g4 * x1)
    dw12 = np.sum(g5 * x1)
    dw13 = np.sum(g6 * x1)
    dw14 = np.sum(g7 * x1)
    dw15 = np.sum(g1 * x2)
    dw16 = np.sum(g2 * x2)
    dw17 = np.sum(g3 * x2)
    dw18 = np.sum(g4 * x2)
    dw19 = np.sum(g5 * x2)
    dw20 = np.sum(g6 * x2)
    dw21 = np.sum(g7 * x2)
    dw22 = np.sum(delta)
    dw23 = np.sum(delta * beta_h[:, 0])
    dw24 = np.sum(delta * beta_h[:, 1])
    dw25 = np.sum(delta * beta_h[:, 2])
    dw26 = np.sum(delta * beta_h[:, 3])
    dw27 = np.sum(delta * beta_h[:, 4])
    dw28 = np.sum(delta * beta_h[:, 5])
    dw29 = np.sum(delta * beta_h[:, 6])
    w_new[0] = w[0] - eta * dw1
    w_new[1] = w[1] - eta * dw2
    w_new[2] = w[2] - eta * dw3
    w_new[3] = w[3] - eta * dw4
    w_new[4] = w[4] - eta * dw5
    w_new[5] = w[5] - eta * dw6
    w_new[6] = w[6] - eta * dw7
    w_new[7] = w[7] - eta * dw8
    w_new[8] = w[8] - eta * dw9
    w_new[9] = w[9] - eta * dw10
    w_new[10] = w[10] - eta * dw11
    w_new[11] = w[11] - eta * dw12
    w_new[12] = w[12] - eta * dw13
    w_new[13] = w[13] - eta * dw14
    w_new[14] = w[14] - eta * dw15
    w_new[15] = w[15] - eta * dw16
    w_new[16] = w[16] - eta * dw17
    w_new[17] = w[17] - eta * dw18
    w_new[18] = w[18] - eta * dw19
    w_new[19] = w[19] - eta * dw20
    w_new[20] = w[20] - eta * dw21
    w_new[21] = w[21] - eta * dw22
    w_new[22] = w[22] - eta * dw23
    w_new[23] = w[23] - eta * dw24
    w_new[24] = w[24] - eta * dw25
    w_new[25] = w[25] - eta * dw26
    w_new[26] = w[26] - eta * dw27
    w_new[27] = w[27] - eta * dw28
    w_new[28] = w[28] - eta * dw29
    return w_new


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
