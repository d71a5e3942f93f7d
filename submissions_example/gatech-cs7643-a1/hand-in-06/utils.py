import numpy as np


def load_csv(path):
    data, label = [], []
    with open(path, 'r') as handle:
        for line in handle:
            numbers = [float(n) for n in line.split(',')]
            label.append(int(numbers[0]))
            data.append(np.array(numbers[1:]) / 255)
    return np.stack(data), np.array(label)


def load_mnist_trainval():
    data, label = load_csv('./data/mnist_train.csv')
    n_val = len(data) // 5
    return data[:-n_val], label[:-n_val], data[-n_val:], label[-n_val:]


def load_mnist_test():
    return load_csv('./data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    data, label = np.asarray(data), np.asarray(label)
    if shuffle:
        np.random.seed(seed)
        both = np.random.permutation(len(label))
        data = data[both]
        label = label[both]
    n = int(np.ceil(len(label) / batch_size))
    batched_data = [data[k * batch_size:(k + 1) * batch_size] for k in range(n)]
    batched_label = [label[k * batch_size:(k + 1) * batch_size] for k in range(n)]
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    total_loss, total_acc = 0, 0
    for k, batch in enumerate(batched_train_data):
        loss, acc = model.forward(batch, batched_train_label[k])
        optimizer.update(model)
        total_loss += loss
        total_acc += acc
    if debug:
        print('Epoch: {}, Loss: {:.4f}, Acc: {:.4f}'.format(epoch, total_loss / (k + 1), total_acc / (k + 1)))
    return total_loss / (k + 1), total_acc / (k + 1)


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    total_loss, total_acc = 0, 0
    for k, batch in enumerate(batched_test_data):
        loss, acc = model.forward(batch, batched_test_label[k], mode='test')
        total_loss += loss
        total_acc += acc
    return total_loss / (k + 1), total_acc / (k + 1)


def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    from matplotlib import pyplot as plt
    curves = {'Loss': (train_loss_history, valid_loss_history), 'Accuracy': (train_acc_history, valid_acc_history)}
    for title, (a, b) in curves.items():
        plt.figure()
        plt.title(title)
        plt.plot(a, label='training')
        plt.plot(b, label='validation')
        plt.legend()
        plt.grid()
        plt.savefig(title + '.png')
