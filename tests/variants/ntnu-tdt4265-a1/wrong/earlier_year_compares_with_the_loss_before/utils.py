import numpy as np
import mnist

def binary_prune_dataset(class1, class2, X, Y):
    keep = (Y == class1) | (Y == class2)
    return X[keep], np.where(Y[keep] == class1, 1, 0).reshape(-1, 1)

def load_binary_dataset(c1, c2):
    X_train, Y_train, X_val, Y_val = mnist.load()
    a, b = binary_prune_dataset(c1, c2, X_train[:20000], Y_train[:20000])
    c, d = binary_prune_dataset(c1, c2, X_val, Y_val)
    return a, b, c, d

def load_full_mnist():
    X_train, Y_train, X_val, Y_val = mnist.load()
    return X_train[:20000], Y_train[:20000, None], X_val, Y_val[:, None]

def plot_loss(loss_dict, label=None):
    import matplotlib.pyplot as plt
    plt.plot(list(loss_dict.keys()), list(loss_dict.values()), label=label)
