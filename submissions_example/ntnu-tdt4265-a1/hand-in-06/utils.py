import numpy as np
import matplotlib.pyplot as plt
import mnist


def load_full_mnist(validation_percentage: float):
    mnist.init()
    X_train, Y_train, X_test, Y_test = mnist.load()
    order = np.random.permutation(len(X_train))
    held_back = int(len(X_train) * validation_percentage)
    val, train = order[:held_back], order[held_back:]
    return X_train[train], Y_train[train], X_train[val], Y_train[val]


def load_binary_dataset(class1: int, class2: int, validation_percentage: float):
    X_train, Y_train, X_val, Y_val = load_full_mnist(validation_percentage)
    train, val = np.isin(Y_train, [class1, class2]), np.isin(Y_val, [class1, class2])
    return (X_train[train], (Y_train[train] == class1).reshape(-1, 1) * 1,
            X_val[val], (Y_val[val] == class1).reshape(-1, 1) * 1)


def plot_loss(loss_dict: dict, label: str):
    plt.plot(list(loss_dict.keys()), list(loss_dict.values()), label=label)
