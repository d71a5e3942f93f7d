# Problem set 5, question 2: network with 2 inputs, 7 hidden neurons, 1 output
import numpy as np


def activation(s):
    return 1.0 / (1.0 + np.exp(-s))


def forward_pass(x, w, N):
    """x: (N, 2), w: (29,). A column of ones takes care of the biases."""
    with_ones = np.hstack((np.ones((N, 1)), x))
    W_hidden = np.reshape(w[0:21], (3, 7))
    beta_h = activation(np.dot(with_ones, W_hidden))
    hidden_with_ones = np.hstack((np.ones((N, 1)), beta_h))
    y_pred = activation(np.dot(hidden_with_ones, w[21:29]))
    return beta_h, y_pred


def error_function(y, y_pred):
    difference = y_pred - y
    return np.dot(difference, difference) / 2.0


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    N = x.shape[0]
    with_ones = np.hstack((np.ones((N, 1)), x))
    hidden_with_ones = np.hstack((np.ones((N, 1)), beta_h))
    d_out = (y_pred - y) * y_pred * (1.0 - y_pred)
    d_hidden = d_out[:, None] * w[22:29][None, :] * beta_h * (1.0 - beta_h)
    g_hidden = np.dot(with_ones.T, d_hidden)  # (3, 7): biases, x_1, x_2
    g_out = np.dot(hidden_with_ones.T, d_out)  # (8,)
    return w - eta * np.concatenate((g_hidden.flatten(), g_out))
