import random
import numpy as np


def load_csv(path):
    m = np.loadtxt(path, delimiter=',')
    return m[:, 1:] / 255.0, m[:, 0].astype(int)


def load_mnist_trainval():
    data, label = load_csv('./data/mnist_train.csv')
    n = int(0.8 * len(data))
    return data[:n], label[:n], data[n:], label[n:]


def load_mnist_test():
    return load_csv('./data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    if shuffle:
        pairs = list(zip(data, label))
        random.seed(seed)
        random.shuffle(pairs)
        data, label = zip(*pairs)
    data, label = np.array(data), np.array(label)
    starts = range(0, len(data), batch_size)
    return [data[s:s + batch_size] for s in starts], [label[s:s + batch_size] for s in starts]


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    losses, hits, count = [], 0, 0
    for data, label in zip(batched_train_data, batched_train_label):
        loss, acc = model.forward(data, label)
        optimizer.update(model)
        losses.append(loss)
        hits += acc * len(label)
        count += len(label)
    return np.mean(losses), hits / count


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    losses, hits, count = [], 0, 0
    for data, label in zip(batched_test_data, batched_test_label):
        loss, acc = model.forward(data, label, mode='test')
        losses.append(loss)
        hits += acc * len(label)
        count += len(label)
    return np.mean(losses), hits / count


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    plt.plot(train_loss_history)
    plt.plot(valid_loss_history)
    plt.savefig('loss.png')
    plt.clf()
    plt.plot(train_acc_history)
    plt.plot(valid_acc_history)
    plt.savefig('acc.png')
