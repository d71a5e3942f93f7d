from typing import NamedTuple, Dict, List
import numpy as np


class History(NamedTuple):
    loss: Dict[int, float]
    accuracy: Dict[int, float]


class BatchLoader:
    """an iterable with a length; a new order for every pass"""
    rng = np.random.default_rng(4265)

    def __init__(self, X, Y, batch_size, shuffle=False, drop_last=True):
        self.X, self.Y, self.batch_size, self.shuffle, self.drop_last = X, Y, batch_size, shuffle, drop_last

    def __len__(self):
        full, rest = divmod(len(self.X), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self):
        order = self.rng.permutation(len(self.X)) if self.shuffle else np.arange(len(self.X))
        for b in range(len(self)):
            s = slice(b * self.batch_size, (b + 1) * self.batch_size)
            yield self.X.take(order[s], axis=0), self.Y.take(order[s], axis=0)


def batch_loader(X, Y, batch_size, shuffle=False, drop_last=True):
    return BatchLoader(X, Y, batch_size, shuffle, drop_last)
