import numpy as np
import matplotlib.pyplot as plt
import pathlib
import mnist

def load_full_mnist():
    X_train, Y_train, X_val, Y_val = mnist.load()
    X_train, Y_train = X_train[:20000], Y_train[:20000]
    Y_train = Y_train.reshape(-1, 1)
    Y_val = Y_val.reshape(-1, 1)
    print(f"Train shape: X: {X_train.shape}, Y: {Y_train.shape}")
    return X_train, Y_train, X_val, Y_val

def load_binary_dataset(class1: int, class2: int):
    X_train, Y_train, X_val, Y_val = load_full_mnist()
    def prune(X, Y):
        mask = np.logical_or(Y == class1, Y == class2)[:, 0]
        return X[mask], np.where(Y[mask] == class1, 1, 0)
    return (*prune(X_train, Y_train), *prune(X_val, Y_val))

def plot_loss(loss_dict: dict, label: str = None, npoints_to_average=1, plot_variance=True):
    global_steps = list(loss_dict.keys())
    loss = list(loss_dict.values())
    plt.plot(global_steps, loss, label=label)

def batch_loader(X: np.ndarray, Y: np.ndarray, batch_size: int, shuffle=False, drop_last=True):
    num_samples = X.shape[0]
    indices = np.arange(num_samples)
    if shuffle:
        np.random.shuffle(indices)
    for i in range(0, num_samples, batch_size):
        idx = indices[i:i + batch_size]
        if drop_last and len(idx) < batch_size:
            break
        yield X[idx], Y[idx]
