import numpy as np
import random

random.seed(42)
np.random.seed(42)

def init_weights():
    return {f"w{k}": random.gauss(0, 1) for k in range(1, 30)}

def sigmoid(a):
    return 1 / (1 + np.exp(-a))

def forward_pass(x, w, N):
    """x has N rows, w is a dictionary w1 ... w29"""
    x1 = x[:, 0]
    x2 = x[:, 1]
    beta_h = []
    for k in range(1, 8):
        beta_h.append(sigmoid(w[f"w{k}"] + w[f"w{k + 7}"] * x1 + w[f"w{k + 14}"] * x2))
    z = w["w22"] * np.ones(N)
    for k in range(1, 8):
        z = z + w[f"w{k + 22}"] * beta_h[k - 1]
    return beta_h, sigmoid(z)

def calc_loss(y, y_pred):
    return np.sum((y - y_pred) ** 2) / 2

def backward_propagation(x, y, y_pred, w, beta_h, eta):
    new = {}
    d = (y_pred - y) * y_pred * (1 - y_pred)
    new["w22"] = w["w22"] - eta * np.sum(d)
    for k in range(1, 8):
        h = beta_h[k - 1]
        dh = d * w[f"w{k + 22}"] * h * (1 - h)
        new[f"w{k + 22}"] = w[f"w{k + 22}"] - eta * np.sum(d * h)
        new[f"w{k}"] = w[f"w{k}"] - eta * np.sum(dh)
        new[f"w{k + 7}"] = w[f"w{k + 7}"] - eta * np.sum(dh * x[:, 0])
        new[f"w{k + 14}"] = w[f"w{k + 14}"] - eta * np.sum(dh * x[:, 1])
    return new

def standardize(train, test):
    mu = np.mean(train, axis=0)
    sd = np.std(train, axis=0, ddof=1)
    return (train - mu) / sd, (test - mu) / sd

def split_data(x, y, frac=0.8):
    idx = list(range(len(y)))
    random.shuffle(idx)
    n = round(frac * len(y))
    return x[idx[:n]], x[idx[n:]], y[idx[:n]], y[idx[n:]]

def train(x, y, w, eta=1e-4, epochs=100000):
    losses = []
    for e in range(epochs):
        beta_h, y_pred = forward_pass(x, w, len(y))
        losses.append(calc_loss(y, y_pred))
        w = backward_propagation(x, y, y_pred, w, beta_h, eta)
    return w, losses


def plane(w, x, mean, std, steps=30):
    a, b = np.meshgrid(np.linspace(x[:, 0].min(), x[:, 0].max(), steps), np.linspace(x[:, 1].min(), x[:, 1].max(), steps))
    points = (np.column_stack([a.ravel(), b.ravel()]) - mean) / std
    return a, b, forward_pass(points, w, len(points))[1].reshape(a.shape)
