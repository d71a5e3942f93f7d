import numpy as np
import matplotlib.pyplot as plt
import mnist


def batch_loader(X: np.ndarray, Y: np.ndarray, batch_size: int, shuffle=False, drop_last=True):
    """
    Creates a batch generator over the whole dataset (X, Y) which returns a generator iterating over all the batches.
    """
    assert len(X) == len(Y)
    num_batches = len(X) // batch_size
    if not drop_last:
        num_batches = int(np.ceil(len(X) / batch_size))
    indices = list(range(len(X)))
    if shuffle:
        np.random.shuffle(indices)
    for i in range(num_batches):
        batch_indices = indices[i * batch_size: (i + 1) * batch_size]
        yield (X[batch_indices], Y[batch_indices])


def load_full_mnist():
    X_train, Y_train, X_val, Y_val = mnist.load()
    return X_train[:20000], Y_train[:20000].reshape(-1, 1), X_val, Y_val.reshape(-1, 1)


def load_binary_dataset(class1, class2):
    X_train, Y_train, X_val, Y_val = load_full_mnist()
    train = ((Y_train == class1) | (Y_train == class2))[:, 0]
    val = ((Y_val == class1) | (Y_val == class2))[:, 0]
    return X_train[train], (Y_train[train] == class1).astype(int), X_val[val], (Y_val[val] == class1).astype(int)


def plot_loss(loss_dict, label):
    plt.plot(list(loss_dict.keys()), list(loss_dict.values()), label=label)
