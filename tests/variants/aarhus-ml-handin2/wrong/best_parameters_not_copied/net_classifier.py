import numpy as np

def one_in_k_encoding(vec, k):
    n = vec.shape[0]
    enc = np.zeros((n, k))
    enc[np.arange(n), vec] = 1
    return enc

def softmax(X):
    m = np.max(X, axis=1, keepdims=True)
    logsum = m + np.log(np.sum(np.exp(X - m), axis=1, keepdims=True))
    return np.exp(X - logsum)

def relu(x):
    return np.maximum(x, 0)

def get_init_params(input_dim, hidden_size, output_size):
    W1 = np.random.normal(0, np.sqrt(2 / (input_dim + hidden_size)), size=(input_dim, hidden_size))
    b1 = np.zeros((1, hidden_size))
    W2 = np.random.normal(0, np.sqrt(4 / (hidden_size + output_size)), size=(hidden_size, output_size))
    b2 = np.zeros((1, output_size))
    return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}

class NetClassifier():

    def __init__(self):
        self.params = None
        self.hist = None

    def predict(self, X, params=None):
        if params is None:
            params = self.params
        h = relu(X @ params['W1'] + params['b1'])
        return np.argmax(h @ params['W2'] + params['b2'], axis=1)

    def score(self, X, y, params=None):
        return np.mean(self.predict(X, params) == y)

    @staticmethod
    def cost_grad(X, y, params, c=0.0):
        W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
        labels = one_in_k_encoding(y, W2.shape[1])
        n = X.shape[0]
        z1 = np.dot(X, W1) + b1
        a1 = relu(z1)
        z2 = np.dot(a1, W2) + b2
        p = softmax(z2)
        cost = -np.sum(labels * np.log(p)) / n + c * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
        d_z2 = (p - labels) / n
        d_w2 = a1.T @ d_z2 + 2 * c * W2
        d_b2 = np.sum(d_z2, axis=0, keepdims=True)
        d_a1 = d_z2 @ W2.T
        d_z1 = d_a1 * (z1 > 0)
        d_w1 = X.T @ d_z1 + 2 * c * W1
        d_b1 = np.sum(d_z1, axis=0, keepdims=True)
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = init_params
        hist = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
        best = None
        best_acc = -1
        n = X_train.shape[0]
        for e in range(epochs):
            perm = np.random.permutation(n)
            Xs, ys = X_train[perm], y_train[perm]
            for i in range(n // batch_size):
                xb = Xs[i * batch_size:(i + 1) * batch_size]
                yb = ys[i * batch_size:(i + 1) * batch_size]
                cost, g = self.cost_grad(xb, yb, params, c)
                params['W1'] -= lr * g['d_w1']
                params['W2'] -= lr * g['d_w2']
                params['b1'] -= lr * g['d_b1']
                params['b2'] -= lr * g['d_b2']
            tl, _ = self.cost_grad(X_train, y_train, params, c)
            vl, _ = self.cost_grad(X_val, y_val, params, c)
            hist['train_loss'].append(tl)
            hist['val_loss'].append(vl)
            hist['train_acc'].append(self.score(X_train, y_train, params))
            hist['val_acc'].append(self.score(X_val, y_val, params))
            if hist['val_acc'][-1] > best_acc:
                best_acc = hist['val_acc'][-1]
                best = params
        self.params = best
        self.hist = hist
        return hist
