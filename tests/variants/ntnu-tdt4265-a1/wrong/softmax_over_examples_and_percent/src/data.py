import argparse, os, sys
import numpy as np
from torchvision import datasets
from sklearn.preprocessing import OneHotEncoder

DATA_DIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
mnist = datasets.MNIST(DATA_DIR, download=True)


def batch_loader(X, Y, batch_size, shuffle=False, drop_last=True):
    assert len(X) == len(Y)
    if shuffle:
        p = np.random.permutation(len(X))
        X, Y = X[p], Y[p]
    batches = []
    for i in range(0, len(X), batch_size):
        xb, yb = X[i:i + batch_size], Y[i:i + batch_size]
        if drop_last and len(xb) != batch_size:
            break
        batches.append((xb, yb))
    return batches


def pre_process_images(X):
    X = np.asarray(X, dtype=np.float64)
    return np.concatenate((np.ones((len(X), 1)), (X - 127.5) / 127.5), axis=1)


def one_hot_encode(Y, num_classes):
    Y = np.asarray(Y).reshape(-1)
    return np.stack([(Y == c).astype(np.float64) for c in range(num_classes)], axis=1)
