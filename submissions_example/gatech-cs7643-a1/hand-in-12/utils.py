import numpy as np


def load_csv(path):
    """
    :param path: CSV file, one image per line: label, then 784 pixels from 0 to 255
    :return: data (N, 784) with values from 0 to 1, labels (N,)
    """
    # TODO: read the file
    pass


def load_mnist_trainval():
    """Training set: the first 80 %, validation set: the last 20 %, in order."""
    # TODO: split
    pass


def load_mnist_test():
    # TODO: load
    pass


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    """
    :return: list of batches of data, list of batches of labels
    """
    # TODO: shuffle if asked, then cut
    pass


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    """One epoch. :return: loss, accuracy"""
    # TODO: training loop
    pass


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    """:return: loss, accuracy"""
    # TODO: evaluation
    pass


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    # TODO: two figures
    pass
