#!/usr/bin/env python
# coding: utf-8

# # Homework 1

# In[1]:

%matplotlib inline
%load_ext autoreload
%autoreload 2
import numpy as np
import csv, copy
import matplotlib.pyplot as plt
!pip install tqdm
from tqdm import tqdm
get_ipython().run_line_magic('config', "InlineBackend.figure_format = 'retina'")

# In[2]:

class _baseNetwork:
    def __init__(self, input_size=28 * 28, num_classes=10):
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights = dict()
        self.gradients = dict()

    def softmax(self, scores):
        e = np.exp(scores - np.amax(scores, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)

    def cross_entropy_loss(self, x_pred, y):
        return -np.mean(np.log(x_pred[np.arange(y.size), y]))

    def compute_accuracy(self, x_pred, y):
        return np.mean(np.argmax(x_pred, axis=1) == y)

    def sigmoid(self, X):
        return 1. / (1. + np.exp(-X))

    def sigmoid_dev(self, x):
        s = self.sigmoid(x)
        return s * (1. - s)

    def ReLU(self, X):
        return np.maximum(X, 0)

    def ReLU_dev(self, X):
        return np.where(X <= 0, 0, 1)

# In[3]:

class SoftmaxRegression(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, num_classes)
        self.gradients['W1'] = None

    def forward(self, X, y, mode='train'):
        Z = X @ self.weights['W1']
        P = self.softmax(self.ReLU(Z))
        if mode == 'train':
            T = np.zeros(P.shape)
            T[np.arange(y.size), y] = 1
            self.gradients['W1'] = X.T @ ((P - T) * self.ReLU_dev(Z)) / y.size
        return self.cross_entropy_loss(P, y), self.compute_accuracy(P, y)

class TwoLayerNet(_baseNetwork):
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        np.random.seed(1024)
        self.weights['W1'] = 0.001 * np.random.randn(input_size, hidden_size)
        self.weights['b1'] = np.zeros(hidden_size)
        np.random.seed(1024)
        self.weights['W2'] = 0.001 * np.random.randn(hidden_size, num_classes)
        self.weights['b2'] = np.zeros(num_classes)

    def forward(self, X, y, mode='train'):
        Z1 = X @ self.weights['W1'] + self.weights['b1']
        A1 = self.sigmoid(Z1)
        P = self.softmax(A1 @ self.weights['W2'] + self.weights['b2'])
        loss, acc = self.cross_entropy_loss(P, y), self.compute_accuracy(P, y)
        if mode == 'train':
            T = np.zeros(P.shape)
            T[np.arange(y.size), y] = 1
            dZ2 = (P - T) / y.size
            dZ1 = dZ2 @ self.weights['W2'].T * self.sigmoid_dev(Z1)
            self.gradients['W2'] = A1.T @ dZ2
            self.gradients['b2'] = dZ2.sum(axis=0)
            self.gradients['W1'] = X.T @ dZ1
            self.gradients['b1'] = dZ1.sum(axis=0)
        return loss, acc

# In[4]:

class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate = learning_rate
        self.reg = reg

    def apply_regularization(self, model):
        for k in model.weights:
            if 'W' in k:
                model.gradients[k] += self.reg * model.weights[k]

class SGD(_BaseOptimizer):
    def update(self, model):
        self.apply_regularization(model)
        for k in model.weights:
            model.weights[k] -= self.learning_rate * model.gradients[k]

# In[5]:


def load_csv(path):
    with open(path) as f:
        rows = [[float(v) for v in r] for r in csv.reader(f)]
    a = np.array(rows)
    return a[:, 1:] / 255, a[:, 0].astype(int)

def load_mnist_trainval():
    x, y = load_csv('./data/mnist_train.csv')
    n = int(len(x) * 0.8)
    return x[:n], y[:n], x[n:], y[n:]

def load_mnist_test():
    return load_csv('./data/mnist_test.csv')

def generate_batched_data(data, label, batch_size=32, shuffle=False, seed=None):
    data, label = np.array(data), np.array(label)
    if shuffle:
        np.random.seed(seed)
        idx = np.random.permutation(len(data))
        data, label = data[idx], label[idx]
    n = int(np.ceil(len(data) / batch_size))
    return ([data[i * batch_size:(i + 1) * batch_size] for i in range(n)],
            [label[i * batch_size:(i + 1) * batch_size] for i in range(n)])

def train(epoch, batched_train_data, batched_train_label, model, optimizer, debug=True):
    epoch_loss, hits, count = 0, 0, 0
    for idx, (x, y) in enumerate(zip(batched_train_data, batched_train_label)):
        loss, acc = model.forward(x, y)
        optimizer.update(model)
        epoch_loss += loss * len(y); hits += acc * len(y); count += len(y)
    return epoch_loss / count, hits / count

def evaluate(batched_test_data, batched_test_label, model, debug=True):
    hits, count = 0, 0
    for x, y in zip(batched_test_data, batched_test_label):
        loss, acc = model.forward(x, y, mode='valid')
        hits += acc * len(y); count += len(y)
    return hits / count

def plot_curves(train_loss_history, train_acc_history, valid_loss_history, valid_acc_history):
    import matplotlib.pyplot as plt
    plt.plot(train_loss_history)
    plt.show()

# In[6]:

train_data, train_label, val_data, val_label = load_mnist_trainval()
test_data, test_label = load_mnist_test()
print(len(train_data), len(val_data))

# In[7]:

best_model, best_acc = None, 0
model = TwoLayerNet()
optimizer = SGD(learning_rate=0.1, reg=0.001)
for epoch in tqdm(range(10)):
    bx, by = generate_batched_data(train_data, train_label, 64, shuffle=True)
    loss, acc = train(epoch, bx, by, model, optimizer)
    bv, bl = generate_batched_data(val_data, val_label, 64)
    val_acc = evaluate(bv, bl, model)
    if val_acc > best_acc:
        best_acc, best_model = val_acc, copy.deepcopy(model)
print('test', evaluate(*generate_batched_data(test_data, test_label, 64), best_model))
%time plot_curves([loss], [acc], [loss], [val_acc])
