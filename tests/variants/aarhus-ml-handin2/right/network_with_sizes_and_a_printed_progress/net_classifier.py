import numpy as np
from tqdm import tqdm

np.random.seed(42)

def relu(x):
    return np.maximum(x, 0.0)

def softmax(x):
    t = np.exp(x - np.max(x, axis=1, keepdims=True))
    return t / np.sum(t, axis=1, keepdims=True)

class NetClassifier:
    def __init__(self, lr=0.1):
        self.lr = lr
        self.params = None
        self.hist = {}

    def cost_grad(self, X, y, params, c=0.0):
        """cost and gradients"""
        N, W1, W2 = X.shape[0], params['W1'], params['W2']
        hidden_in = X @ W1 + params['b1']
        hidden_out = relu(hidden_in)
        probs = softmax(hidden_out @ W2 + params['b2'])
        cost = np.mean([-np.log(probs[i, label]) for i, label in enumerate(y)])
        cost = np.array([cost + c * np.sum(W1 ** 2) + c * np.sum(W2 ** 2)])
        probs[np.arange(N), y] -= 1.0
        d_out = probs / N
        d_hidden = d_out @ W2.T
        d_hidden[hidden_out == 0] = 0
        grads = {}
        grads['d_w2'] = hidden_out.T @ d_out
        grads['d_w1'] = X.T @ d_hidden
        grads['d_b2'] = d_out.sum(axis=0, keepdims=True)
        grads['d_b1'] = d_hidden.sum(axis=0, keepdims=True)
        grads['d_w1'] = grads['d_w1'] + 2 * c * W1
        grads['d_w2'] = grads['d_w2'] + 2 * c * W2
        return cost, grads

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        W = {k: v.copy() for k, v in init_params.items()}
        keep = None
        lowest = 1e99
        curve = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
        for epoch in tqdm(range(epochs)):
            order = np.random.permutation(X_train.shape[0])
            X_train, y_train = X_train[order], y_train[order]
            for lo in range(0, X_train.shape[0], batch_size):
                _, g = self.cost_grad(X_train[lo:lo + batch_size], y_train[lo:lo + batch_size], W, c)
                W['W1'] -= lr * g['d_w1']; W['b1'] -= lr * g['d_b1']
                W['W2'] -= lr * g['d_w2']; W['b2'] -= lr * g['d_b2']
            curve['train_loss'].append(self.cost_grad(X_train, y_train, W, 0)[0].item())
            curve['val_loss'].append(self.cost_grad(X_val, y_val, W, 0)[0].item())
            curve['train_acc'].append(100 * self.score(X_train, y_train, W))
            curve['val_acc'].append(100 * self.score(X_val, y_val, W))
            print('epoch', epoch, 'validation', curve['val_acc'][-1], '%')
            if curve['val_loss'][-1] < lowest:
                lowest = curve['val_loss'][-1]
                keep = {k: v.copy() for k, v in W.items()}
        self.params = keep
        self.hist = curve

    def predict(self, X, params=None):
        if params is None:
            params = self.params
        return [int(np.argmax(row)) for row in relu(X @ params['W1'] + params['b1']) @ params['W2'] + params['b2']]

    def score(self, X, y, params=None):
        right = 0
        for guess, label in zip(self.predict(X, params), y):
            right += guess == label
        return right / len(y)
