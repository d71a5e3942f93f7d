"""Data."""
from __future__ import annotations

import pathlib
import typing

import numpy as np


def batch_loader(
    X: np.ndarray, Y: np.ndarray, batch_size: int, shuffle: bool = False, drop_last: bool = True
) -> typing.Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches."""
    num_samples = X.shape[0]
    indices = np.arange(num_samples)
    if shuffle:
        indices = np.random.default_rng().permutation(indices)
    num_batches = num_samples // batch_size if drop_last else -(-num_samples // batch_size)
    for b in range(num_batches):
        chosen = indices[b * batch_size : (b + 1) * batch_size]
        yield X[chosen], Y[chosen]


def load_full_mnist() -> tuple[np.ndarray, ...]:
    """Load the numpy files."""
    root = pathlib.Path(__file__).parent / "data"
    return tuple(np.load(root / f"{n}.npy") for n in ("X_train", "Y_train", "X_val", "Y_val"))
