"""Handin 2 -- group 17"""
from __future__ import annotations
import copy
import logging
import numpy as np
from tqdm import trange
from src.layers import Linear, ReLU, SoftmaxCrossEntropy
from src.history import History

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


class Network:
    def __init__(self, params, c):
        self.fc1 = Linear(params["W1"], params["b1"], c)
        self.act = ReLU()
        self.fc2 = Linear(params["W2"], params["b2"], c)
        self.loss = SoftmaxCrossEntropy()

    def scores(self, X):
        return self.fc2(self.act(self.fc1(X)))

    def __call__(self, X, y):
        return self.loss.forward(self.scores(X), y) + self.fc1.penalty + self.fc2.penalty

    def backward(self):
        self.fc1.backward(self.act.backward(self.fc2.backward(self.loss.backward())))
        return dict(d_w1=self.fc1.dW, d_b1=self.fc1.db, d_w2=self.fc2.dW, d_b2=self.fc2.db)


class NetClassifier:
    NAMES = ("W1", "b1", "W2", "b2")

    def __init__(self, verbose: bool = False):
        self.verbose = verbose
        self._best = None
        self.history = None

    @property
    def params(self):
        if self._best is None:
            raise RuntimeError("call fit first")
        return self._best

    @params.setter
    def params(self, value):
        self._best = copy.deepcopy(value)

    def cost_grad(self, X, y, params, c=0.0):
        net = Network(params, c)
        cost = net(X, y)
        return cost, net.backward()

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30) -> History:
        params = copy.deepcopy(init_params)
        h = History()
        best_acc = -1.0
        rng = np.random.default_rng()
        for epoch in trange(epochs, desc="epochs", disable=not self.verbose):
            for rows in np.array_split(rng.permutation(len(X_train)), max(1, len(X_train) // batch_size)):
                _, grads = self.cost_grad(X_train[rows], y_train[rows], params, c)
                for name in self.NAMES:
                    params[name] -= lr * grads[f"d_{name.lower()}"]
            h.log(train_loss=self.cost_grad(X_train, y_train, params, c)[0], train_acc=self.score(X_train, y_train, params),
                  val_loss=self.cost_grad(X_val, y_val, params, c)[0], val_acc=self.score(X_val, y_val, params))
            log.info("epoch %d: val acc %.4f", epoch, h.val_acc[-1])
            if h.val_acc[-1] > best_acc:
                best_acc = h.val_acc[-1]
                self.params = params
        self.history = h
        return h

    def predict(self, X, params=None):
        return Network(params if params is not None else self.params, 0).scores(X).argmax(1)

    def score(self, X, y, params=None):
        return np.mean(self.predict(X, params) == y)
