import numpy as np

EPS = 1e-15


def binary_cross_entropy(targets, outputs):
    outputs = np.clip(outputs, EPS, 1. - EPS)
    return float(-np.mean(targets * np.log(outputs) + (1. - targets) * np.log(1. - outputs)))


def categorical_cross_entropy(targets, outputs):
    return float(-np.mean(np.sum(targets * np.log(outputs + EPS), axis=1)))
