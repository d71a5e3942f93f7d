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
