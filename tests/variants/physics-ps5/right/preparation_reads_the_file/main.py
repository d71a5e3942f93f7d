import csv
import random

import numpy as np
from nn import backward_propagation, forward_pass


def prepare_data(path="ps5_data.csv", test_fraction=0.2):
    with open(path) as file:
        rows = [(float(row["x_1"]), float(row["x_2"]), float(row["classification"])) for row in csv.DictReader(file)]
    random.seed(4)
    random.shuffle(rows)
    table = np.array(rows)
    held_out = int(test_fraction * len(table))
    test, train = table[:held_out], table[held_out:]
    mean, deviation = np.mean(train[:, :2], axis=0), np.std(train[:, :2], axis=0)
    return (train[:, :2] - mean) / deviation, train[:, 2], (test[:, :2] - mean) / deviation, test[:, 2], mean, deviation


def loss_function(y, y_pred):
    return 0.5 * np.linalg.norm(y - y_pred) ** 2


def training_loop(x, y, w, eta, n_epochs):
    w = list(w)
    for _ in range(n_epochs):
        beta_h, y_pred = forward_pass(x, np.array(w), len(x))
        w = backward_propagation(x, y, y_pred, np.array(w), beta_h, eta)
    return w


def plot_map(w, mean, deviation):
    import matplotlib.pyplot as plt

    x_1, x_2 = np.linspace(-6, -4, 33), np.linspace(-900, 1035, 21)
    z = np.array([forward_pass((np.array([[a, b] for a in x_1]) - mean) / deviation, w, 33)[1] for b in x_2])
    plt.contourf(x_1, x_2, z)
    plt.colorbar()
    return x_1, x_2, z


if __name__ == "__main__":
    x, y, x_test, y_test, mean, deviation = prepare_data()
    w = np.array(training_loop(x, y, np.random.normal(size=29), 1e-4, 100000))
    plot_map(w, mean, deviation)
