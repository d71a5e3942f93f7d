import numpy as np


def load_csv(path):
    """pixels / 255 and labels"""
    everything = np.genfromtxt(path, delimiter=',', dtype=np.int64)
    return everything[:, 1:] / 255.0, everything[:, 0]


def load_mnist_trainval():
    """80 % and 20 %"""
    data, label = load_csv('data/mnist_train.csv')
    eighty = int(len(label) * 0.8)
    return data[:eighty], label[:eighty], data[eighty:], label[eighty:]


def load_mnist_test():
    return load_csv('data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    """cut into batches, the last one may be smaller"""
    order = np.arange(len(label))
    if shuffle:
        order = np.random.RandomState(seed).permutation(len(label))
    batched_data = []
    batched_label = []
    for first in range(0, len(label), batch_size):
        chosen = order[first:first + batch_size]
        batched_data.append(np.array([data[i] for i in chosen]))
        batched_label.append(np.array([label[i] for i in chosen]))
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    loss_sum = right = images = 0
    for X, y in zip(batched_train_data, batched_train_label):
        loss, accuracy = model.forward(X, y)
        optimizer.update(model)
        loss_sum, right, images = loss_sum + loss * len(y), right + accuracy * len(y), images + len(y)
    return loss_sum / images, right / images


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    loss_sum = right = images = 0
    for X, y in zip(batched_test_data, batched_test_label):
        loss, accuracy = model.forward(X, y, mode='valid')
        loss_sum, right, images = loss_sum + loss * len(y), right + accuracy * len(y), images + len(y)
    return loss_sum / images, right / images


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    """two figures"""
    import matplotlib.pyplot as plt
    plt.plot(train_loss_history)
    plt.plot(valid_loss_history)
    plt.legend(['training', 'validation'])
    plt.savefig('loss.png')
    plt.close()
    plt.plot(train_acc_history)
    plt.plot(valid_acc_history)
    plt.legend(['training', 'validation'])
    plt.savefig('accuracy.png')
    plt.close()
