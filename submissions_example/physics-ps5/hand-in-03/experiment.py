import network
import numpy as np


def cost(y, y_pred):
    return 0.5 * np.sum(np.square(np.ravel(y_pred) - np.ravel(y)))


def preprocess(filename="ps5_data.csv", fraction=0.8):
    """Read, shuffle, cut, and standardise by the training part; targets stay 0 and 1."""
    table = np.loadtxt(filename, delimiter=",", skiprows=1)
    np.random.RandomState(7).shuffle(table)
    cut = int(fraction * len(table))
    train, test = table[:cut], table[cut:]
    mean = train[:, :2].mean(axis=0)
    std = train[:, :2].std(axis=0, ddof=1)
    x_train, x_test = (train[:, :2] - mean) / std, (test[:, :2] - mean) / std
    return x_train, train[:, 2], x_test, test[:, 2], mean, std


def fit(x_train, y_train, x_test, y_test, w0, epochs, learning_rate):
    w = np.copy(w0)
    train_losses, test_losses = [], []
    for _ in range(epochs):
        y_pred, beta_h = network.forward_pass(x_train, w, len(x_train))
        train_losses += [cost(y_train, y_pred)]
        test_losses += [cost(y_test, network.forward_pass(x_test, w, len(x_test))[0])]
        w = network.backward_propagation(x_train, y_train, y_pred, w, beta_h, learning_rate)
    return {"weights": w, "train": train_losses, "test": test_losses}


def predict_grid(w, mean, std):
    x1 = np.linspace(-6.2, -3.8, 70)
    x2 = np.linspace(-1000, 1100, 60)
    z = np.empty((60, 70))
    for row, value in enumerate(x2):
        points = np.stack([x1, np.full(70, value)], axis=1)
        z[row] = network.forward_pass((points - mean) / std, w, 70)[0]
    return x1, x2, z


def main():
    x_train, y_train, x_test, y_test, mean, std = preprocess()
    history = fit(x_train, y_train, x_test, y_test, np.random.randn(29), 100_000, 1e-4)
    print(history["train"][-1], history["test"][-1])


if __name__ == "__main__":
    main()
