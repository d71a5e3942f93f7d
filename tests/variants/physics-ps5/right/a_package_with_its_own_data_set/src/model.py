import numpy as np
from .activations import Sigmoid
from . import config

act = Sigmoid()

def split_weights(w):
    return np.split(np.asarray(w), np.cumsum([7, 7, 7, 1]))

def forward_pass(x, w, N=None):
    b, u, v, c, o = split_weights(w)
    h = act(b[None] + x[:, [0]] * u[None] + x[:, [1]] * v[None])
    return h, act((h * o).sum(axis=1) + c)

def backward_propagation(x, y, y_pred, w, beta_h, eta=config.ETA):
    grads = gradients(x, y, y_pred, w, beta_h)
    return np.array([wi - eta * gi for wi, gi in zip(w, grads)])

def gradients(x, y, y_pred, w, beta_h):
    *_, o = split_weights(w)
    d = (y_pred - y) * act.derivative(y_pred)
    dh = d[:, None] * o * act.derivative(beta_h)
    return np.concatenate([dh.sum(0), (dh * x[:, [0]]).sum(0), (dh * x[:, [1]]).sum(0), [d.sum()], (d[:, None] * beta_h).sum(0)])

def loss(y, y_pred):
    r = y - y_pred
    return r @ r / 2
