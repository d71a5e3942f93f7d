import numpy as np


def load_csv(path):
    return np.zeros((1, 784)), np.zeros(1, dtype=int)


def load_mnist_trainval():
    return load_csv('') + load_csv('')


def load_mnist_test():
    return load_csv('')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    return [], []


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    return 2.3026, 0.1


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    return 2.3026, 0.1


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    pass
