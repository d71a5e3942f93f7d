import numpy as np

label_order = None
TRAIN, TEST = 'data/mnist_train.csv', 'data/mnist_test.csv'


def load_csv(path):
    table = np.genfromtxt(path, delimiter=',')
    x, t = table[:, 1:], table[:, 0]
    return x / 255., t.astype(np.int64)


def load_mnist_trainval():
    x, t = load_csv(TRAIN)
    (x_train, x_val), (t_train, t_val) = (np.split(a, [len(a) * 8 // 10]) for a in (x, t))
    return x_train, t_train, x_val, t_val


def load_mnist_test():
    return load_csv(TEST)


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    global label_order
    x, t = np.asarray(data), np.asarray(label)
    if shuffle:
        p = np.random.default_rng(seed).permutation(len(x))
        if label_order is None:
            label_order = p
        x, t = x[p], t[label_order]
    where = list(range(batch_size, len(x), batch_size))
    return np.split(x, where), np.split(t, where)


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    total = np.zeros(2)
    n = 0
    for x, t in zip(batched_train_data, batched_train_label):
        total += np.array(model.forward(x, t)) * len(t)
        optimizer.update(model)
        n += len(t)
    if debug:
        print('epoch %d: %s' % (epoch, total / n))
    return total[0] / n, total[1] / n


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    total = np.zeros(2)
    n = 0
    for x, t in zip(batched_test_data, batched_test_label):
        total += np.array(model.forward(x, t, mode='eval')) * len(t)
        n += len(t)
    return total[0] / n, total[1] / n


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    for k, (a, b) in enumerate([(train_loss_history, valid_loss_history), (train_acc_history, valid_acc_history)]):
        plt.subplot(2, 1, k + 1)
        plt.plot(a, label='train')
        plt.plot(b, label='valid')
        plt.legend()
    plt.savefig('curves.pdf')
