import random

import numpy as np


def load_csv(path):
    """
    :param path: CSV file, one image per line: label, then 784 pixels from 0 to 255
    :return: data (N, 784) with values from 0 to 1, labels (N,)
    """
    raw = np.genfromtxt(path, delimiter=',')
    return raw[:, 1:] / 255, raw[:, 0].astype(int)


def load_mnist_trainval():
    """Training set: the first 80 %, validation set: the last 20 %, in order."""
    data, label = load_csv('./data/mnist_train.csv')
    cut = int(0.8 * len(data))
    return data[:cut], label[:cut], data[cut:], label[cut:]


def load_mnist_test():
    return load_csv('./data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    """
    :return: list of batches of data, list of batches of labels
    """
    data, label = np.array(data), np.array(label)
    if shuffle:
        idx = list(range(len(data)))
        random.seed(seed)
        random.shuffle(idx)
        data, label = data[idx], label[idx]
    batched_data = [data[i:i + batch_size] for i in range(0, len(data), batch_size)]
    batched_label = [label[i:i + batch_size + 1] for i in range(0, len(label), batch_size)]
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    """One epoch. :return: loss, accuracy"""
    epoch_loss, hits, count = 0.0, 0.0, 0
    for data, label in zip(batched_train_data, batched_train_label):
        loss, accuracy = model.forward(data, label)
        optimizer.update(model)
        epoch_loss += loss * len(label)
        hits += accuracy * len(label)
        count += len(label)
    if debug:
        print('Epoch %d: training loss %.4f, accuracy %.4f' % (epoch, epoch_loss / count, hits / count))
    return epoch_loss / count, hits / count


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    """:return: loss, accuracy"""
    epoch_loss, hits, count = 0.0, 0.0, 0
    for data, label in zip(batched_test_data, batched_test_label):
        loss, accuracy = model.forward(data, label, mode='valid')
        epoch_loss += loss * len(label)
        hits += accuracy * len(label)
        count += len(label)
    if debug:
        print('Validation loss %.4f, accuracy %.4f' % (epoch_loss / count, hits / count))
    return epoch_loss / count, hits / count


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    for name, tr, va in (('loss', train_loss_history, valid_loss_history),
                         ('accuracy', train_acc_history, valid_acc_history)):
        plt.figure()
        plt.plot(tr, label='train')
        plt.plot(va, label='valid')
        plt.xlabel('epoch')
        plt.ylabel(name)
        plt.legend()
        plt.savefig(name + '.png')
