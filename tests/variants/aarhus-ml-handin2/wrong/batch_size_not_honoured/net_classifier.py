import numpy as np
import matplotlib.pyplot as plt
from sklearn.metrics import accuracy_score

def softmax(X):
    s = np.exp(X - np.max(X, axis=1, keepdims=True))
    return s / s.sum(axis=1, keepdims=True)

def relu(X):
    return np.maximum(X, 0)

class NetClassifier():
    def __init__(self):
        self.params = None

    def predict(self, X, params=None):
        if params is None: params = self.params
        return np.argmax(softmax(relu(X @ params['W1'] + params['b1']) @ params['W2'] + params['b2']), axis=1)

    def score(self, X, y, params=None):
        return (self.predict(X, params) == y).mean()

    def cost_grad(self, X, y, params, c=0.0):
        cost = np.nan
        W1 = params['W1']; b1 = params['b1']; W2 = params['W2']; b2 = params['b2']
        a = X @ W1; b = a + b1; h = relu(b); d = h @ W2; e = d + b2; p = softmax(e)
        nll = -np.log(p[np.arange(X.shape[0]), y])
        cost = np.mean(nll) + c * (np.sum(W1 * W1) + np.sum(W2 * W2))
        d_e = np.array(p); d_e[np.arange(X.shape[0]), y] -= 1; d_e *= 1 / X.shape[0]
        d_b2 = np.sum(d_e, axis=0)[None, :]
        d_w2 = h.T @ d_e + c * 2 * W2
        d_h = d_e @ W2.T
        d_b = np.where(b > 0, d_h, 0)
        d_b1 = np.sum(d_b, axis=0)[None, :]
        d_w1 = X.T @ d_b + c * 2 * W1
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        tl, vl, ta, va = [], [], [], []
        cur = {k: v * 1.0 for k, v in init_params.items()}
        best_val = None
        for epoch in range(epochs):
            idx = np.random.permutation(len(X_train))
            for i in range(int(np.ceil(len(X_train) / 32))):
                sel = idx[i * 32:(i + 1) * 32]
                _, grad = self.cost_grad(X_train[sel], y_train[sel], cur, c)
                cur = {'W1': cur['W1'] - lr * grad['d_w1'], 'b1': cur['b1'] - lr * grad['d_b1'],
                       'W2': cur['W2'] - lr * grad['d_w2'], 'b2': cur['b2'] - lr * grad['d_b2']}
            tl.append(self.cost_grad(X_train, y_train, cur, c)[0]); ta.append(self.score(X_train, y_train, cur))
            vl.append(self.cost_grad(X_val, y_val, cur, c)[0]); va.append(self.score(X_val, y_val, cur))
            if best_val is None or va[-1] > best_val:
                best_val = va[-1]
                self.params = cur
        return tl, vl, ta, va

def plot(tl, vl):
    plt.plot(tl); plt.plot(vl); plt.show()
