import numpy as np


def load_csv(path):
    arr = np.loadtxt(path, delimiter=',', dtype=int)
    y, X = arr[:, 0], arr[:, 1:]
    return X / 255, y


def load_mnist_trainval():
    X, y = load_csv('data/mnist_train.csv')
    k = int(0.8 * X.shape[0])
    return X[:k], y[:k], X[k:], y[k:]


def load_mnist_test():
    return load_csv('data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    n = len(data)
    if shuffle:
        if seed is not None:
            np.random.seed(seed)
        index = np.random.permutation(n)
    else:
        index = np.arange(n)
    n_batches = -(-n // batch_size)  # round up
    batched_data, batched_label = [], []
    for b in range(n_batches):
        sel = index[b * batch_size:(b + 1) * batch_size]
        batched_data.append(np.array(data)[sel])
        batched_label.append(np.array(label)[sel])
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    losses, accs, sizes = [], [], []
    for X, y in zip(batched_train_data, batched_train_label):
        loss, acc = model.forward(X, y)
        optimizer.update(model)
        losses.append(loss)
        accs.append(acc)
        sizes.append(len(y))
    loss, acc = np.average(losses, weights=sizes), np.average(accs, weights=sizes)
    if debug:
        print(epoch, loss, acc)
    return loss, acc


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    losses, accs, sizes = [], [], []
    for X, y in zip(batched_test_data, batched_test_label):
        loss, acc = model.forward(X, y, 'valid')
        losses.append(loss)
        accs.append(acc)
        sizes.append(len(y))
    return np.average(losses, weights=sizes), np.average(accs, weights=sizes)


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    x = np.arange(1, len(train_loss_history) + 1)
    plt.figure(1)
    plt.plot(x, train_loss_history, 'o-', x, valid_loss_history, 's-')
    plt.legend(['train', 'val'])
    plt.savefig('loss.pdf')
    plt.figure(2)
    plt.plot(x, train_acc_history, 'o-', x, valid_acc_history, 's-')
    plt.legend(['train', 'val'])
    plt.savefig('acc.pdf')
