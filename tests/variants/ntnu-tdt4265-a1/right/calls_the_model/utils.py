from __future__ import annotations
from typing import Iterator
import numpy as np


def batch_loader(X: np.ndarray, Y: np.ndarray, batch_size: int, shuffle: bool = False, drop_last: bool = True) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng()
    idx = rng.permutation(len(X)) if shuffle else np.arange(len(X))
    whole = len(X) // batch_size
    parts = np.split(idx, [batch_size * k for k in range(1, whole + 1)])
    if drop_last or len(parts[-1]) == 0:
        parts = parts[:-1]
    for part in parts:
        yield X[part], Y[part]


def load_binary_dataset(a, b):
    import mnist
    Xt, Yt, Xv, Yv = mnist.load()
    def keep(X, Y):
        k = (Y == a) | (Y == b)
        return X[k], (Y[k] == a).astype(int)[:, None]
    return *keep(Xt[:20000], Yt[:20000]), *keep(Xv, Yv)
