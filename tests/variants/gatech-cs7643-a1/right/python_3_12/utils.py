from collections.abc import Iterator
from pathlib import Path
import numpy as np
HERE = Path(__file__).resolve().parent
def load_csv(path):
    table = np.loadtxt(HERE / path, delimiter=",")
    return table[:, 1:] / 255, table[:, 0].astype(int)
def load_mnist_trainval():
    X, y = load_csv("data/mnist_train.csv"); n = int(.8 * len(X))
    return X[:n], y[:n], X[n:], y[n:]
def load_mnist_test():
    return load_csv("data/mnist_test.csv")
def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    data, label = np.asarray(data), np.asarray(label)
    order = np.random.default_rng(seed).permutation(len(data)) if shuffle else np.arange(len(data))
    cuts = range(batch_size, len(data), batch_size)
    return np.split(data[order], cuts), np.split(label[order], cuts)
def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    seen = []
    for X, y in zip(batched_train_data, batched_train_label):
        seen.append(model.forward(X, y)); optimizer.update(model)
    return tuple(np.mean(seen, axis=0))
def evaluate(batched_test_data, batched_test_label, model, debug=True):
    return tuple(np.mean([model.forward(X, y, mode="test") for X, y in zip(batched_test_data, batched_test_label)], axis=0))
def plot_curves(*histories): ...
