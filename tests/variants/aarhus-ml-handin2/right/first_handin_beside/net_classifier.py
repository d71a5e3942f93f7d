import os
import numpy as np
from h1_util import numerical_grad_check

class NetClassifier():
    """ everything in the class, softmax written inline because hand-in 1's is not numerically stable """

    def __init__(self):
        self.params = None
        self.hist = None

    @staticmethod
    def act(x):
        return np.where(x > 0, x, 0)

    @staticmethod
    def probs(z):
        z = z - np.max(z, axis=1)[:, np.newaxis]
        e = np.exp(z)
        return e / np.sum(e, axis=1)[:, np.newaxis]

    def predict(self, X, params=None):
        if params is None:
            params = self.params
        z2 = np.matmul(self.act(np.matmul(X, params['W1']) + params['b1']), params['W2']) + params['b2']
        return np.argmax(self.probs(z2), axis=-1)

    def score(self, X, y, params=None):
        return np.mean(np.equal(self.predict(X, params), y))

    def loss(self, X, y, params):
        p = self.probs(np.matmul(self.act(np.matmul(X, params['W1']) + params['b1']), params['W2']) + params['b2'])
        return np.mean(-np.log(p[np.arange(len(y)), y]))

    def cost_grad(self, X, y, params, c=0.0):
        W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
        h_in = np.matmul(X, W1) + b1
        h_out = self.act(h_in)
        S = self.probs(np.matmul(h_out, W2) + b2)
        cost = self.loss(X, y, params) + c * (np.linalg.norm(W1)**2 + np.linalg.norm(W2)**2)
        delta = S
        delta[np.arange(len(y)), y] -= 1
        d_w2 = np.matmul(h_out.T, delta) / len(y) + 2*c*W2
        d_b2 = np.mean(delta, axis=0, keepdims=True)
        back = np.matmul(delta, W2.T) * np.heaviside(h_in, 0)
        d_w1 = np.matmul(X.T, back) / len(y) + 2*c*W1
        d_b1 = np.mean(back, axis=0, keepdims=True)
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        self.params = {k: v.copy() for k, v in init_params.items()}
        self.hist = []
        best, best_acc = None, -np.inf
        for epoch in range(epochs):
            perm = np.random.permutation(len(y_train))
            for start in range(0, len(perm) - batch_size + 1, batch_size):
                take = perm[start:start + batch_size]
                cost, grad = self.cost_grad(np.take(X_train, take, axis=0), np.take(y_train, take), self.params, c)
                self.params['W1'] -= lr * grad['d_w1']
                self.params['W2'] -= lr * grad['d_w2']
                self.params['b1'] -= lr * grad['d_b1']
                self.params['b2'] -= lr * grad['d_b2']
            entry = {'epoch': epoch + 1,
                     'in_sample_cost': self.cost_grad(X_train, y_train, self.params, c)[0],
                     'in_sample_accuracy': self.score(X_train, y_train),
                     'validation_cost': self.cost_grad(X_val, y_val, self.params, c)[0],
                     'validation_accuracy': self.score(X_val, y_val)}
            self.hist.append(entry)
            if entry['validation_accuracy'] > best_acc:
                best_acc = entry['validation_accuracy']
                best = {k: v.copy() for k, v in self.params.items()}
        self.params = best

def test_grad():
    np.random.seed(1)
    params = {'W1': np.random.randn(7, 3), 'b1': np.random.randn(1, 3), 'W2': np.random.randn(3, 2), 'b2': np.random.randn(1, 2)}
    X = np.random.randn(5, 7)
    y = np.array([0, 1, 1, 0, 1])
    net = NetClassifier()
    for key in params:
        f = lambda z: net.cost_grad(X, y, {**params, key: z}, c=1.0)
        numerical_grad_check(f, params[key], 'd_' + key.lower())
    print('all gradients ok')

test_grad()
