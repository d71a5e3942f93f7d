import matplotlib.pyplot as plt
import numpy as np
from neural_net import backward_propagation, error_function, forward_pass


def normalise(data):
    mu = np.mean(data, axis=0)
    sigma = np.std(data, axis=0)
    return (data - mu) / sigma, mu, sigma


def train_test_split(data, labels, test_size=0.2):
    rng = np.random.default_rng(42)
    order = rng.permutation(data.shape[0])
    n_test = int(round(test_size * data.shape[0]))
    test_rows = order[:n_test]
    train_rows = order[n_test:]
    return data[train_rows], data[test_rows], labels[train_rows], labels[test_rows]


def train_network(x, y, weights, eta, n_epochs):
    history = np.zeros(n_epochs)
    for epoch in range(n_epochs):
        beta_h, y_pred = forward_pass(x, weights, len(x))
        history[epoch] = error_function(y, y_pred)
        weights = backward_propagation(x, y, y_pred, weights, beta_h, eta)
    return weights, history


def prediction_map(weights, mu, sigma, n=100):
    """Values of the network over the range of the data; axes in the units of the file."""
    x1 = np.linspace(-6, -4, n)
    x2 = np.linspace(-1000, 1100, n)
    X1, X2 = np.meshgrid(x1, x2)
    cells = np.c_[X1.ravel(), X2.ravel()]
    _, y_pred = forward_pass((cells - mu) / sigma, weights, len(cells))
    return X1, X2, y_pred.reshape(n, n)


if __name__ == "__main__":
    table = np.genfromtxt("ps5_data.csv", delimiter=",", skip_header=1)
    x, x_test, y, y_test = train_test_split(table[:, :2], table[:, 2])
    x, mu, sigma = normalise(x)
    x_test = (x_test - mu) / sigma
    weights, history = train_network(x, y, np.random.randn(29), 1e-4, 100000)
    print("training loss", history[-1])
    print("test loss", error_function(y_test, forward_pass(x_test, weights, len(x_test))[1]))
    plt.contourf(*prediction_map(weights, mu, sigma))
    plt.savefig("map.pdf")
