import numpy as np
import mnist
import pathlib
DATA_DIR = pathlib.Path(__file__).parent.joinpath("data")
def binary_prune_dataset(class1, class2, X, Y):
    mask1 = (Y == class1)
    mask2 = (Y == class2)
    mask_total = np.bitwise_or(mask1, mask2)
    Y_binary = Y.copy()
    Y_binary[mask1] = 1
    Y_binary[mask2] = 0
    return X[mask_total], Y_binary[mask_total]
def load_binary_dataset(c1, c2, val_percentage):
    X, Y, Xt, Yt = mnist.load()
    X, Y = binary_prune_dataset(c1, c2, X, Y)
    n = int(len(X)*val_percentage)
    return X[n:], Y[n:,None], X[:n], Y[:n,None], Xt, Yt
def load_full_mnist(val_percentage):
    X, Y, Xt, Yt = mnist.load()
    n = int(len(X)*val_percentage)
    return X[n:], Y[n:,None], X[:n], Y[:n,None], Xt, Yt
