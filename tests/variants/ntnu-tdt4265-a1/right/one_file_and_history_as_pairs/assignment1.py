# TDT4265 Assignment 1 - everything in one file since it was easier to debug
import numpy as np
import matplotlib.pyplot as plt
from sklearn.metrics import accuracy_score, confusion_matrix
np.random.seed(42)


def pre_process_images(X: np.ndarray):
    X = X.astype(float)
    mean, half = 127.5, 127.5
    X = (X - mean) / half
    X = np.insert(X, X.shape[1], 1, axis=1)
    return X


class Loss:
    @staticmethod
    def binary(targets, outputs, eps=1e-12):
        outputs = np.clip(outputs, eps, 1 - eps)
        C = -(targets * np.log(outputs) + (1 - targets) * np.log(1 - outputs))
        return C.sum() / targets.shape[0]

    @staticmethod
    def multi(targets, outputs, eps=1e-12):
        return -np.sum(targets * np.log(outputs + eps)) / targets.shape[0]


def cross_entropy_loss(targets, outputs):
    """works for both tasks: one column is logistic, more columns is softmax"""
    if outputs.shape[1] == 1:
        return Loss.binary(targets, outputs)
    return Loss.multi(targets, outputs)


def one_hot_encode(Y, num_classes):
    return (Y == np.arange(num_classes).reshape(1, -1)).astype(int)


class BinaryModel:
    def __init__(self):
        self.weights = np.zeros((785, 1))
        self.gradient = np.zeros((785, 1))

    def forward(self, X):
        return 1.0 / (1.0 + np.exp(-X.dot(self.weights)))

    def backward(self, X, outputs, targets):
        error = -(targets - outputs)
        self.gradient += np.dot(X.T, error) / X.shape[0]

    def zero_grad(self):
        self.gradient.fill(0)


class SoftmaxModel(BinaryModel):
    def __init__(self, l2_reg_lambda):
        super().__init__()
        self.lam = l2_reg_lambda
        self.weights = np.zeros((785, 10))
        self.gradient = np.zeros((785, 10))

    def forward(self, X):
        Z = X.dot(self.weights)
        Z -= np.amax(Z, axis=1).reshape(-1, 1)
        E = np.exp(Z)
        return np.divide(E, np.sum(E, axis=1).reshape(-1, 1))

    def backward(self, X, outputs, targets):
        super().backward(X, outputs, targets)
        self.gradient += self.lam * 2 * self.weights


def calculate_accuracy(X, targets, model):
    outputs = model.forward(X)
    if outputs.shape[1] == 1:
        return np.count_nonzero(np.round(outputs) == targets) / targets.shape[0]
    return np.count_nonzero(outputs.argmax(axis=1) == targets.argmax(axis=1)) / targets.shape[0]


def batch_loader(X, Y, batch_size, shuffle=False, drop_last=True):
    idx = np.arange(X.shape[0])
    if shuffle:
        np.random.shuffle(idx)
    i = 0
    while True:
        chunk = idx[i * batch_size:(i + 1) * batch_size]
        if len(chunk) == 0 or (len(chunk) < batch_size and drop_last):
            return
        yield X[chunk], Y[chunk]
        i += 1


class BaseTrainer:
    def __init__(self, model, learning_rate, batch_size, shuffle_dataset, X_train, Y_train, X_val, Y_val, patience=10):
        self.model = model
        self.lr = learning_rate
        self.bs = batch_size
        self.shuffle = shuffle_dataset
        self.train_set = (X_train, Y_train)
        self.val_set = (X_val, Y_val)
        self.patience = patience
        self.losses = []

    def train_step(self, X_batch, Y_batch):
        y_hat = self.model.forward(X_batch)
        self.model.zero_grad()
        self.model.backward(X_batch, y_hat, Y_batch)
        self.model.weights -= self.lr * self.model.gradient
        return cross_entropy_loss(Y_batch, y_hat)

    def should_stop(self):
        """true if none of the last `patience` losses is better than the best before them"""
        if len(self.losses) <= self.patience:
            return False
        return min(self.losses[-self.patience:]) >= min(self.losses[:-self.patience])

    def train(self, num_epochs):
        steps = max(self.train_set[0].shape[0] // self.bs // 5, 1)
        train_history = {"loss": [], "accuracy": []}
        val_history = {"loss": [], "accuracy": []}
        step = 0
        for epoch in range(num_epochs):
            for xb, yb in batch_loader(*self.train_set, self.bs, shuffle=self.shuffle):
                train_history["loss"].append((step, self.train_step(xb, yb)))
                if step % steps == 0:
                    v = cross_entropy_loss(self.val_set[1], self.model.forward(self.val_set[0]))
                    self.losses.append(v)
                    val_history["loss"].append((step, v))
                    val_history["accuracy"].append((step, calculate_accuracy(*self.val_set, self.model)))
                    train_history["accuracy"].append((step, calculate_accuracy(*self.train_set, self.model)))
                    if self.should_stop():
                        print(f"stopped in epoch {epoch}")
                        return train_history, val_history
                step += 1
        return train_history, val_history


class LogisticTrainer(BaseTrainer):
    pass


class SoftmaxTrainer(BaseTrainer):
    pass


if __name__ == "__main__":
    from mnist import load
    data = load()
