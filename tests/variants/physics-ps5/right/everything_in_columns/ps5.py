import numpy as np
import matplotlib.pyplot as plt
from tqdm import tqdm

def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))

def unpack(w):
    w = w.reshape(29, 1)
    return w[0:7], np.hstack((w[7:14], w[14:21])), w[21:22], w[22:29]

def forward_pass(x, w, N):
    b1, W1, b2, W2 = unpack(w)
    X = x.reshape(N, 2).T                   # (2, N)
    beta_h = sigmoid(W1 @ X + b1)           # (7, N)
    y_pred = sigmoid(W2.T @ beta_h + b2)    # (1, N)
    return beta_h, y_pred.T

def backward_propagation(x, y, y_pred, w, beta_h, eta):
    b1, W1, b2, W2 = unpack(w)
    y = np.asarray(y).reshape(-1, 1)
    delta = ((y_pred - y) * y_pred * (1 - y_pred)).T   # (1, N)
    dh = (W2 @ delta) * beta_h * (1 - beta_h)          # (7, N)
    dw = np.zeros((29, 1))
    dw[0:7] = dh.sum(axis=1, keepdims=True)
    dW1 = dh @ x
    dw[7:14] = dW1[:, 0:1]
    dw[14:21] = dW1[:, 1:2]
    dw[21] = delta.sum()
    dw[22:29] = beta_h @ delta.T
    return w.reshape(29, 1) - eta * dw

def error(y, y_pred):
    return 0.5 * np.sum((np.reshape(y, (-1, 1)) - y_pred) ** 2)

def train_network(x_train, y_train, x_test, y_test, eta=1e-4, n_epochs=int(1e5), w=None):
    w = np.random.randn(29, 1) if w is None else w
    train_loss, test_loss = [], []
    for epoch in tqdm(range(n_epochs)):
        beta_h, y_pred = forward_pass(x_train, w, x_train.shape[0])
        train_loss.append(error(y_train, y_pred))
        test_loss.append(error(y_test, forward_pass(x_test, w, x_test.shape[0])[1]))
        w = backward_propagation(x_train, y_train, y_pred, w, beta_h, eta)
    return w, train_loss, test_loss

def standardise(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def split(x, y):
    rows = np.random.default_rng(0).permutation(len(x))
    n = int(0.8 * len(x))
    return x[rows[:n]], x[rows[n:]], y[rows[:n]], y[rows[n:]]


def plane(w, x, mean, std, steps=30):
    a, b = np.meshgrid(np.linspace(x[:, 0].min(), x[:, 0].max(), steps), np.linspace(x[:, 1].min(), x[:, 1].max(), steps))
    points = (np.column_stack([a.ravel(), b.ravel()]) - mean) / std
    return a, b, forward_pass(points, w, len(points))[1].reshape(a.shape)
