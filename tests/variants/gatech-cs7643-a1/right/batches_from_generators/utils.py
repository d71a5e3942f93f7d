import csv
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.ticker import MaxNLocator

def load_csv(path):
    with open(path) as f:
        for row in csv.reader(f):
            yield np.array(row[1:], dtype=float) / 255, int(row[0])

def load_mnist_trainval():
    x, y = zip(*load_csv('./data/mnist_train.csv'))
    n = int(len(x) * .8)
    return x[:n], y[:n], x[n:], y[n:]

def load_mnist_test():
    x, y = zip(*load_csv('./data/mnist_test.csv'))
    return x, y

def batches(a, idx, size):
    for i in range(0, len(idx), size):
        yield np.stack([a[j] for j in idx[i:i + size]])

def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    rng = np.random.default_rng(seed)
    idx = rng.permutation(len(data)) if shuffle else np.arange(len(data))
    return batches(data, idx, batch_size), batches(label, idx, batch_size)

def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    L = A = N = 0
    for x, y in zip(batched_train_data, batched_train_label):
        l, a = model.forward(x, y, mode='train')
        optimizer.update(model)
        L, A, N = L + l * len(y), A + a * len(y), N + len(y)
    if debug:
        print(f'epoch {epoch}: {L / N:.4f} {A / N:.4f}')
    return L / N, A / N

def evaluate(batched_test_data, batched_test_label, model, debug=True):
    A = N = 0
    for x, y in zip(batched_test_data, batched_test_label):
        _, a = model.forward(x, y, mode='test')
        A, N = A + a * len(y), N + len(y)
    return A / N

def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    fig, ax = plt.subplots(1, 2)
    ax[0].xaxis.set_major_locator(MaxNLocator(integer=True))
