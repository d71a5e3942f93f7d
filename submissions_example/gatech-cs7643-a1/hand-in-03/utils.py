"""Assignment 1: data and training."""
import numpy as np


def load_csv(path):
    rows = [line.strip().split(',') for line in open(path)]
    table = np.array(rows, dtype=float)
    return table[:, 1:] / 255.0, table[:, 0].astype(np.int64)


def load_mnist_trainval():
    images, digits = load_csv('data/mnist_train.csv')
    border = round(len(images) * 0.8)
    return images[:border], digits[:border], images[border:], digits[border:]


def load_mnist_test():
    return load_csv('data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    # step 1: order
    order = np.arange(len(data))
    if shuffle:
        np.random.default_rng(seed).shuffle(order)
    # step 2: cut at every multiple of batch_size
    cuts = np.arange(batch_size, len(data), batch_size)
    return np.split(np.asarray(data)[order], cuts), np.split(np.asarray(label)[order], cuts)


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    losses, hits, seen = [], 0, 0
    for images, digits in zip(batched_train_data, batched_train_label):
        loss, accuracy = model.forward(images, digits)
        optimizer.update(model)
        losses.append(loss)
        hits += accuracy * len(digits)
        seen += len(digits)
    if debug:
        print(f'[{epoch}] loss {np.mean(losses):.4f} accuracy {hits / seen:.4f}')
    return np.mean(losses), hits / seen


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    losses, hits, seen = [], 0, 0
    for images, digits in zip(batched_test_data, batched_test_label):
        loss, accuracy = model.forward(images, digits, mode='eval')
        losses.append(loss)
        hits += accuracy * len(digits)
        seen += len(digits)
    return np.mean(losses), hits / seen


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    plt.plot(train_loss_history, 'b', valid_loss_history, 'r')
    plt.savefig('loss_curve.png')
    plt.clf()
    plt.plot(train_acc_history, 'b', valid_acc_history, 'r')
    plt.savefig('accuracy_curve.png')
