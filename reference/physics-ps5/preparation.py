"""From the table of points to what the network is trained on: two parts, with inputs of mean 0 and deviation 1."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Parts = tuple[Array, Array, Array, Array]


def load_data(path: str) -> tuple[Array, Array]:
    """Return the points x (N, 2) and their classes y (N,) from a file with one line of names."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    return table[:, :2], table[:, 2]


def standardise(x: Array, mean: Array | None = None, deviation: Array | None = None) -> tuple[Array, Array, Array]:
    """Return x with each column shifted and scaled, and by what: its own mean and deviation unless others are given."""
    if mean is None or deviation is None:
        mean, deviation = x.mean(axis=0), x.std(axis=0)
    return (x - mean) / deviation, mean, deviation


def split(x: Array, y: Array, test_share: float = 0.2, seed: int = 0) -> Parts:
    """Return x_train, x_test, y_train and y_test: every row once, in one part or the other, by chance."""
    rows = np.random.RandomState(seed).permutation(len(x))
    held_out = math.ceil(test_share * len(x))
    test, train = rows[:held_out], rows[held_out:]
    return x[train], x[test], y[train], y[test]


def prepare(x: Array, y: Array) -> tuple[Parts, Array, Array]:
    """Return the four parts, inputs standardised, and the training inputs' mean and deviation.

    The targets stay 0 and 1: those are the values that a sigmoid can come near to.
    """
    x_train, x_test, y_train, y_test = split(x, y)
    x_train, mean, deviation = standardise(x_train)
    x_test, _, _ = standardise(x_test, mean, deviation)
    return (x_train, x_test, y_train, y_test), mean, deviation
