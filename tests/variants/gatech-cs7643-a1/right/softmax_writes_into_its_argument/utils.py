import numpy as np


def load_csv(path):
    images, labels = [], []
    with open(path) as f:
        for line in f:
            cells = line.strip().split(',')
            labels.append(int(cells[0]))
            images.append([float(c) / 255 for c in cells[1:]])
    return np.array(images), np.array(labels)


def load_mnist_trainval():
    images, labels = load_csv('data/mnist_train.csv')
    cut = len(labels) - len(labels) // 5
    return images[:cut], labels[:cut], images[cut:], labels[cut:]


def load_mnist_test():
    return load_csv('data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    batched_data, batched_label = [], []
    index = np.arange(len(data))
    if shuffle:
        if seed is not None:
            np.random.seed(seed)
        np.random.shuffle(index)
    i = 0
    while i < len(index):
        pick = index[i:i + batch_size]
        batched_data.append(np.array([data[k] for k in pick]))
        batched_label.append(np.array([label[k] for k in pick]))
        i += batch_size
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    history = []
    for i in range(len(batched_train_data)):
        history.append(model.forward(batched_train_data[i], batched_train_label[i]))
        optimizer.update(model)
        if debug and i % 100 == 0:
            print('Epoch', epoch, 'batch', i, history[-1])
    return tuple(np.mean(history, axis=0))


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    history = []
    for i in range(len(batched_test_data)):
        history.append(model.forward(batched_test_data[i], batched_test_label[i], 'valid'))
    return tuple(np.mean(history, axis=0))


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    from matplotlib import pyplot as plt
    figure, (a, b) = plt.subplots(1, 2)
    a.plot(train_loss_history), a.plot(valid_loss_history)
    b.plot(train_acc_history), b.plot(valid_acc_history)
    figure.savefig('curves.png')
