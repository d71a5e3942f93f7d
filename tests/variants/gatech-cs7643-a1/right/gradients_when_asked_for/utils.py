import numpy as np
import csv
import random
from collections import namedtuple

Batches = namedtuple('Batches', 'data label')


def load_csv(path):
    with open(path, newline='') as f:
        rows = [[float(v) for v in r] for r in csv.reader(f)]
    a = np.array(rows)
    return a[:, 1:] / 255, a[:, 0].astype(int)


def load_mnist_trainval():
    d, l = load_csv('./data/mnist_train.csv')
    n = len(d)
    return d[:n * 4 // 5], l[:n * 4 // 5], d[n * 4 // 5:], l[n * 4 // 5:]


def load_mnist_test():
    return load_csv('./data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    n = len(data)
    order = list(range(n))
    if shuffle:
        random.seed(seed)
        random.shuffle(order)
    d = np.empty(-(-n // batch_size), dtype=object)
    l = np.empty(-(-n // batch_size), dtype=object)
    for j, i in enumerate(range(0, n, batch_size)):
        d[j], l[j] = data[order[i:i + batch_size]], label[order[i:i + batch_size]]
    return Batches(d, l)


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    epoch_loss = 0.0
    hits = 0
    count_samples = 0.0
    for idx, (input, target) in enumerate(zip(batched_train_data, batched_train_label)):
        loss, accuracy = model.forward(input, target)
        optimizer(model)
        epoch_loss += loss
        hits += accuracy * input.shape[0]
        count_samples += input.shape[0]
    return epoch_loss / len(batched_train_data), hits / count_samples


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    epoch_loss = 0.0
    hits = 0
    count_samples = 0.0
    for idx, (input, target) in enumerate(zip(batched_test_data, batched_test_label)):
        loss, accuracy = model.forward(input, target, mode='valid')
        epoch_loss += loss
        hits += accuracy * input.shape[0]
        count_samples += input.shape[0]
    return epoch_loss / len(batched_test_data), hits / count_samples
