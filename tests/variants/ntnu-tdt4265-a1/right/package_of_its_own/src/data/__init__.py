import numpy as np
from pathlib import Path
def load_full_mnist():
    d = np.load(Path(__file__).parent.parent.parent / "mnist.npz")
    return d["X_train"][:20000], d["Y_train"][:20000], d["X_val"], d["Y_val"]
def batch_loader(X, Y, batch_size, shuffle=False, drop_last=True, *, rng=np.random):
    idx = np.arange(len(X))
    if shuffle: rng.shuffle(idx)
    stop = len(X) - len(X) % batch_size if drop_last else len(X)
    for s in range(0, stop, batch_size):
        sl = idx[s:min(s+batch_size, stop)]
        yield X[sl], Y[sl]
