import numpy as np


def binary_accuracy(X, targets, model):
    return float(np.mean((model.forward(X) >= .5).astype(int) == targets))


def multiclass_accuracy(X, targets, model):
    return 100 * float(np.mean(np.argmax(model.forward(X), axis=-1) == np.argmax(targets, axis=-1)))
