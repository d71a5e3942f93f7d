import numpy as np


def load_csv(path):
    raw = np.loadtxt(path, delimiter=',', dtype=np.float64)
    label, pixels = np.hsplit(raw, [1])
    return pixels / 255., label.ravel().astype(int)


def load_mnist_trainval():
    pixels, label = load_csv('data/mnist_train.csv')
    split = 4 * len(label) // 5
    return pixels[:split], label[:split], pixels[split:], label[split:]


def load_mnist_test():
    return load_csv('data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    state = np.random.RandomState(seed)
    who = state.permutation(len(data)) if shuffle else np.arange(len(data))
    groups = [who[k:k + batch_size] for k in range(0, len(who), batch_size)]
    return [np.take(data, g, axis=0) for g in groups], [np.take(label, g) for g in groups]


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    results = []
    for X, y in zip(batched_train_data, batched_train_label):
        results.append((*model.forward(X, y), len(y)))
        optimizer.update(model)
    loss, acc, n = np.array(results).T
    return np.dot(loss, n) / n.sum(), np.dot(acc, n) / n.sum()


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    results = [(*model.forward(X, y, mode='valid'), len(y)) for X, y in zip(batched_test_data, batched_test_label)]
    loss, acc, n = np.array(results).T
    return np.dot(loss, n) / n.sum(), np.dot(acc, n) / n.sum()


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(ncols=2)
    for ax, curves, title in zip(axes, [(train_loss_history, valid_loss_history),
                                        (train_acc_history, valid_acc_history)], ['loss', 'accuracy']):
        ax.plot(np.transpose(curves))
        ax.set_title(title)
    figure.savefig('curves.png')
