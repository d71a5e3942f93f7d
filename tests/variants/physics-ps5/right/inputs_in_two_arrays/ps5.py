import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(a):
    """a is the activation"""
    return a * (1 - a)


def forward_pass(x1, x2, w, N):
    beta_h = np.zeros((N, 7))
    for j in range(7):
        beta_h[:, j] = sigmoid(w[j] + w[7 + j] * x1 + w[14 + j] * x2)
    y_pred = sigmoid(w[21] + np.dot(beta_h, w[22:29]))
    return beta_h, y_pred


def backward_propagation(x1, x2, y, y_pred, w, beta_h, eta):
    w = np.array(w, dtype=float)
    delta_o = (y - y_pred) * sigmoid_prime(y_pred)
    new = w.copy()
    new[21] += eta * np.sum(delta_o)
    for j in range(7):
        delta_j = delta_o * w[22 + j] * sigmoid_prime(beta_h[:, j])
        new[22 + j] += eta * np.sum(delta_o * beta_h[:, j])
        new[j] += eta * np.sum(delta_j)
        new[7 + j] += eta * np.sum(delta_j * x1)
        new[14 + j] += eta * np.sum(delta_j * x2)
    return new


def loss(y, y_pred):
    return np.sum(0.5 * (y - y_pred) ** 2)


def gradient_descent(x1, x2, y, w, eta=1e-4, epochs=100000):
    N = len(y)
    history = np.zeros(epochs)
    for t in range(epochs):
        beta_h, y_pred = forward_pass(x1, x2, w, N)
        history[t] = loss(y, y_pred)
        w = backward_propagation(x1, x2, y, y_pred, w, beta_h, eta)
    return w, history

def standardise(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def split(x, y):
    rows = np.random.default_rng(0).permutation(len(x))
    n = int(0.8 * len(x))
    return x[rows[:n]], x[rows[n:]], y[rows[:n]], y[rows[n:]]


def plane(w, x, mean, std, steps=30):
    a, b = np.meshgrid(np.linspace(*np.quantile(x[:, 0], [0, 1]), steps), np.linspace(*np.quantile(x[:, 1], [0, 1]), steps))
    one, two = (a.ravel() - mean[0]) / std[0], (b.ravel() - mean[1]) / std[1]
    return a, b, forward_pass(one, two, w, len(one))[1].reshape(a.shape)
