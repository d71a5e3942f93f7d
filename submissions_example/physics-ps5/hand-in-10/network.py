import numpy as np


def forward_pass(x, w, N):
    return np.zeros((N, 7)), np.zeros(N)


def loss(y, y_pred):
    return 0.0


def backward_propagation(x, y, y_pred, w, beta_h, eta):
    return w


def standardise(x):
    return x


def split(x, y):
    return x, x, y, y


def train(x, y, w, eta, epochs):
    return w, [0.0] * epochs


def plane(w, x, mean, deviation):
    x_1, x_2 = np.meshgrid(x[:, 0], x[:, 1])
    return x_1, x_2, np.zeros(x_1.shape)
