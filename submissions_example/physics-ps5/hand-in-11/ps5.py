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
    y_pred = np.clip(y_pred, 1e-12, 1 - 1e-12)
    return -np.sum(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    grad = np.zeros(29)
    for i in range(len(y)):
        error = y_pred[i] - y[i]
        hidden_error = error * w[22:29] * beta_h[i] * (1 - beta_h[i])
        grad[0:7] += hidden_error
        grad[7:14] += hidden_error * x[i, 0]
        grad[14:21] += hidden_error * x[i, 1]
        grad[21] += error
        grad[22:29] += error * beta_h[i]
    return w - eta * grad


def prepare_data(x, y):
    """Shuffle, split 80/20, and standardise."""
    order = np.random.RandomState(0).permutation(len(x))
    cut = int(0.8 * len(x))
    x_train, x_test = x[order[:cut]], x[order[cut:]]
    y_train, y_test = y[order[:cut]], y[order[cut:]]
    mean, std = x_train.mean(axis=0), x_train.std(axis=0)
    return (x_train - mean) / std, (x_test - mean) / std, y_train, y_test, mean, std


def train(x, y, w, eta, epochs):
    losses = []
    for epoch in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(x))
        losses.append(loss_function(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, losses


def make_map(w, x, mean, std, n=30):
    """x: the training points as they are in the file"""
    X1, X2 = np.meshgrid(np.linspace(x[:, 0].min(), x[:, 0].max(), n), np.linspace(x[:, 1].min(), x[:, 1].max(), n))
    points = np.column_stack((X1.ravel(), X2.ravel()))
    points = (points - mean) / std
    return X1, X2, forward_pass(points, w, n * n)[1].reshape(n, n)
