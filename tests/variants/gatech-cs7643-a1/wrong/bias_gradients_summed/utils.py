import numpy as np

TRAIN = None


def load_csv(path):
    raw = np.genfromtxt(path, delimiter=',')
    return raw[:, 1:] / 255, raw[:, 0].astype(int)


def load_mnist_trainval():
    global TRAIN
    if TRAIN is None:
        TRAIN = load_csv('./data/mnist_train.csv')
    x, y = TRAIN
    k = int(.8 * len(x))
    return x[:k], y[:k], x[k:], y[k:]


def load_mnist_test():
    return load_csv('./data/mnist_test.csv')


def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    joined = np.hstack([data, label.reshape(-1, 1)])
    if shuffle:
        np.random.seed(seed)
        np.random.shuffle(joined)
    batches = [joined[i * batch_size:(i + 1) * batch_size] for i in range(int(np.ceil(len(joined) / batch_size)))]
    return [b[:, :-1] for b in batches], [b[:, -1].astype(int) for b in batches]


def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    total, right, seen = 0, 0, 0
    for idx, (data, label) in enumerate(zip(batched_train_data, batched_train_label)):
        loss, acc = model.forward(data, label, 'train')
        optimizer.update(model)
        total += loss * data.shape[0]
        right += acc * data.shape[0]
        seen += data.shape[0]
        if idx % 10 == 0 and debug:
            print("Epoch: [{0}][{1}/{2}]".format(epoch, idx, len(batched_train_data)))
    return total / seen, right / seen


def evaluate(batched_test_data, batched_test_label, model, debug=True):
    total, right, seen = 0, 0, 0
    for data, label in zip(batched_test_data, batched_test_label):
        loss, acc = model.forward(data, label, 'eval')
        total += loss * data.shape[0]
        right += acc * data.shape[0]
        seen += data.shape[0]
    return total / seen, right / seen
