import numpy as np
from . import config
from .model import forward_pass, backward_propagation, loss

def fit(train, test, w, epochs=config.EPOCHS, eta=config.ETA, callback=None):
    curve = np.zeros((epochs, 2))
    for e in range(epochs):
        h, p = forward_pass(train[0], w, len(train[0]))
        curve[e] = loss(train[1], p), loss(test[1], forward_pass(test[0], w, len(test[0]))[1])
        w = backward_propagation(train[0], train[1], p, w, h, eta)
        if callback:
            callback(e, curve[e])
    return w, curve
