import numpy as np
import mnist
class batch_loader:
    """Iterable over mini batches (like torch's DataLoader)"""
    def __init__(self, X, Y, batch_size, shuffle=False, drop_last=True):
        self.X, self.Y, self.batch_size, self.shuffle, self.drop_last = X, Y, batch_size, shuffle, drop_last
    def __len__(self):
        n = len(self.X)
        return n // self.batch_size if self.drop_last else int(np.ceil(n / self.batch_size))
    def __iter__(self):
        order = np.random.permutation(len(self.X)) if self.shuffle else np.arange(len(self.X))
        for b in np.array_split(order[:len(self)*self.batch_size], range(self.batch_size, min(len(order), len(self)*self.batch_size), self.batch_size)):
            yield self.X[b], self.Y[b]
def load_full_mnist():
    return mnist.load()
