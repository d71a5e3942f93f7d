import numpy as np
import random


def load_csv(path):
    with open(path) as f:
        rows = [list(map(int, line.split(','))) for line in f]
    arr = np.array(rows)
    return arr[:, 1:] / 255., arr[:, 0]


def load_mnist_trainval():
    x, y = load_csv('./data/mnist_train.csv')
    n = int(len(x) * .8)
    return x[:n], y[:n], x[n:], y[n:]


def load_mnist_test():
    return load_csv('./data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    pairs = list(zip(data, label))
    if seed is not None:
        random.seed(seed)
    if shuffle:
        random.shuffle(pairs)
    bd, bl = [], []
    while pairs:
        chunk, pairs = pairs[:batch_size], pairs[batch_size:]
        a, b = zip(*chunk)
        bd.append(np.array(a))
        bl.append(np.array(b))
    return bd, bl


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    L, A, n = 0, 0, 0
    for x, y in zip(batched_train_data, batched_train_label):
        l, a = model.forward(x, y)
        optimizer.update(model)
        L += l * len(y); A += a * len(y); n += len(y)
    return L / n, A / n


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    L, A, n = 0, 0, 0
    for x, y in zip(batched_test_data, batched_test_label):
        l, a = model.forward(x, y, mode='test')
        L += l * len(y); A += a * len(y); n += len(y)
    return L / n, A / n
