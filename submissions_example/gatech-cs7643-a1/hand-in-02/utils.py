import csv

import numpy as np


def load_csv(path):
    data = []
    label = []
    with open(path) as f:
        for row in csv.reader(f):
            label.append(int(row[0]))
            data.append([int(p) / 255.0 for p in row[1:]])
    return np.array(data, dtype=np.float32), np.array(label)


def load_mnist_trainval():
    data, label = load_csv('data/mnist_train.csv')
    n = len(data) // 5 * 4
    return data[:n], label[:n], data[n:], label[n:]


def load_mnist_test():
    data, label = load_csv('data/mnist_test.csv')
    return data, label


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    pairs = []
    for i in range(len(data)):
        pairs.append((data[i], label[i]))
    if shuffle:
        np.random.seed(seed)
        order = np.random.permutation(len(pairs))
        pairs = [pairs[i] for i in order]
    batched_data = []
    batched_label = []
    while len(pairs) > 0:
        now = pairs[:batch_size]
        pairs = pairs[batch_size:]
        batched_data.append(np.array([p[0] for p in now]))
        batched_label.append(np.array([p[1] for p in now]))
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    losses = []
    accs = []
    for i in range(len(batched_train_data)):
        loss, acc = model.forward(batched_train_data[i], batched_train_label[i], mode='train')
        optimizer.update(model)
        losses.append(loss)
        accs.append(acc)
        if debug and i % 50 == 0:
            print('epoch', epoch, 'batch', i, 'loss', round(loss, 4), 'acc', acc)
    return sum(losses) / len(losses), sum(accs) / len(accs)


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    losses = []
    accs = []
    for i in range(len(batched_test_data)):
        loss, acc = model.forward(batched_test_data[i], batched_test_label[i], mode='test')
        losses.append(loss)
        accs.append(acc)
    return sum(losses) / len(losses), sum(accs) / len(accs)


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    from matplotlib import pyplot as plt
    fig, (left, right) = plt.subplots(1, 2)
    left.plot(train_loss_history)
    left.plot(valid_loss_history)
    left.set_title('Loss')
    right.plot(train_acc_history)
    right.plot(valid_acc_history)
    right.set_title('Accuracy')
    fig.savefig('curves.png')
