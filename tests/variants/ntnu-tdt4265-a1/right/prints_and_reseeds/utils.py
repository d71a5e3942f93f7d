"""MNIST, and batches of it."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Array = NDArray[Any]

DATA = Path("data")
TRAINING_IMAGES = 20_000


def load_full_mnist() -> tuple[Images, Labels, Images, Labels]:
    """Return images (N, 784) and labels (N, 1): the first 20,000 for training, the test set for validation."""
    X_train, Y_train = _read("train-images-idx3-ubyte.gz", 16), _read("train-labels-idx1-ubyte.gz", 8)
    X_val, Y_val = _read("t10k-images-idx3-ubyte.gz", 16), _read("t10k-labels-idx1-ubyte.gz", 8)
    X_train = X_train.reshape(-1, 784)[:TRAINING_IMAGES]
    Y_train = Y_train[:TRAINING_IMAGES, None]
    return X_train, Y_train.astype(np.int64), X_val.reshape(-1, 784), Y_val[:, None].astype(np.int64)


def load_binary_dataset(class1: int, class2: int) -> tuple[Images, Labels, Images, Labels]:
    """Return the images of two digits, of which the first is the positive class."""
    X_train, Y_train, X_val, Y_val = load_full_mnist()
    return *_only(X_train, Y_train, class1, class2), *_only(X_val, Y_val, class1, class2)


def batch_loader(
    X: Array, Y: Array, batch_size: int, shuffle: bool = False, drop_last: bool = True
) -> Iterator[tuple[Array, Array]]:
    """Yield batches of rows beside their labels; shuffled, they come in another order each time."""
    order = np.random.permutation(len(X)) if shuffle else np.arange(len(X))
    end = len(X) // batch_size * batch_size if drop_last else len(X)
    for start in range(0, end, batch_size):
        rows = order[start : start + batch_size]
        yield X[rows], Y[rows]


def _read(name: str, header: int) -> Images:
    return np.frombuffer(gzip.decompress((DATA / name).read_bytes()), np.uint8, offset=header)


def _only(X: Images, Y: Labels, class1: int, class2: int) -> tuple[Images, Labels]:
    wanted = np.isin(Y[:, 0], (class1, class2))
    return X[wanted], (Y[wanted] == class1).astype(np.int64)
