import numpy as np

def load_csv(path):
    with open(path) as f:
        lines = f.read().splitlines()
    X = np.zeros((len(lines), 784))
    y = np.zeros(len(lines), dtype=int)
    for i, line in enumerate(lines):
        values = line.split(',')
        y[i] = values[0]
        X[i] = values[1:]
    return X / 255, y

def load_mnist_trainval():
    X, y = load_csv('./data/mnist_train.csv')
    m = int(len(y) * 0.8)
    return X[:m], y[:m], X[m:], y[m:]

def load_mnist_test():
    X, y = load_csv('./data/mnist_test.csv')
    return X, y

def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    m = len(data)
    idx = np.arange(m)
    if shuffle:
        np.random.seed(seed)
        np.random.shuffle(idx)
    batched_data, batched_label = [], []
    for i in range(0, m, batch_size):
        end = min(i + batch_size, m)
        batched_data.append(np.asarray(data)[idx[i:end]])
        batched_label.append(np.asarray(label)[idx[i:end]])
    return batched_data, batched_label

def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    L = []
    A = []
    for X, y in zip(batched_train_data, batched_train_label):
        l, a = model.forward(X, y)
        optimizer.update(model)
        L.append(l)
        A.append(a)
    if debug:
        print("epoch %d loss %f acc %f" % (epoch, np.mean(L), np.mean(A)))
    return np.mean(L), np.mean(A)

def evaluate(batched_test_data, batched_test_label, model, debug=True):
    L = []
    A = []
    for X, y in zip(batched_test_data, batched_test_label):
        l, a = model.forward(X, y, mode='test')
        L.append(l)
        A.append(a)
    return np.mean(L), np.mean(A)

def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    plt.subplot(1, 2, 1)
    plt.plot(train_loss_history)
    plt.plot(valid_loss_history)
    plt.subplot(1, 2, 2)
    plt.plot(train_acc_history)
    plt.plot(valid_acc_history)
    plt.show()
