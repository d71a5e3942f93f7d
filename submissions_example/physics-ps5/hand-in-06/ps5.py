"""Question 2: forward and backward pass."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward_pass(x, w, N):
    bias_h, w_x1, w_x2 = w[0:7], w[7:14], w[14:21]
    bias_o, w_o = w[21], w[22:29]
    beta_h = np.zeros((N, 7))
    y_pred = np.zeros(N)
    for i in range(N):
        beta_h[i] = sigmoid(bias_h + w_x1 * x[i, 0] + w_x2 * x[i, 1])
        y_pred[i] = sigmoid(bias_o + np.sum(w_o * beta_h[i]))
    return beta_h, y_pred


def loss_function(y, y_pred):
    return np.sum((y - y_pred) ** 2) / 2


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    # TODO: chain rule for w1 ... w21
    raise NotImplementedError("not finished")


def split(x, y):
    n = int(0.8 * len(x))
    return x[:n], x[n:], y[:n], y[n:]
