import numpy as np


def load_csv(path):
    D = np.loadtxt(path, delimiter=',')
    return D[:, 1:] / 255.0, D[:, 0].astype('int64')


def load_mnist_trainval():
    X, y = load_csv('data/mnist_train.csv')
    n = int(len(X) * 0.8)
    return X[:n], y[:n], X[n:], y[n:]


def load_mnist_test():
    return load_csv('data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    X, y = np.asarray(data), np.asarray(label)
    if shuffle:
        p = np.random.RandomState(seed).permutation(len(X))
        X, y = X[p], y[p]
    Xs, ys = [], []
    start = 0
    while start < len(X):
        Xs.append(X[start:start + batch_size])
        ys.append(y[start:start + batch_size])
        start += batch_size
    return Xs, ys


def run(batches, labels, model, optimizer=None):
    total = np.zeros(3)
    for X, y in zip(batches, labels):
        loss, acc = model.forward(X, y, 'train' if optimizer else 'eval')
        if optimizer:
            optimizer.update(model)
        total += np.array([loss, acc, 1.0]) * len(y)
    return total[0] / total[2], total[1] / total[2]


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    loss, acc = run(batched_train_data, batched_train_label, model, optimizer)
    if debug:
        print('epoch', epoch, 'train', loss, acc)
    return loss, acc


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    return run(batched_test_data, batched_test_label, model)


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    f, ax = plt.subplots(2)
    ax[0].plot(train_loss_history); ax[0].plot(valid_loss_history); ax[0].set_ylabel('loss')
    ax[1].plot(train_acc_history); ax[1].plot(valid_acc_history); ax[1].set_ylabel('accuracy')
    f.savefig('learning_curves.png')
