import numpy as np


def load_csv(path):
    t = np.genfromtxt(path, delimiter=',')
    return t[:, 1:] / 255, t[:, 0].astype(int)


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    if True:
        data = np.array(data)
    label = np.array(label)
    idx = np.arange(len(data))
    if shuffle:
        if seed is not None:
            np.random.seed(seed)
        np.random.shuffle(idx)
    batched_data, batched_label = [], []
    for i in range(0, len(data), batch_size):
        batched_data.append(data[idx[i:i + batch_size]])
        batched_label.append(label[idx[i:i + batch_size]])
    return batched_data, batched_label


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    epoch_loss, hits, count = 0, 0, 0
    for X, y in zip(batched_train_data, batched_train_label):
        loss, acc = model.forward(X, y)
        optimizer.update(model)
        epoch_loss += loss
        hits += acc * len(y)
        count += len(y)
    return epoch_loss / len(batched_train_data), hits / count


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    hits, count, l = 0, 0, 0
    for X, y in zip(batched_test_data, batched_test_label):
        loss, acc = model.forward(X, y, mode='valid')
        l += loss
        hits += acc * len(y)
        count += len(y)
    return l / len(batched_test_data), hits / count
