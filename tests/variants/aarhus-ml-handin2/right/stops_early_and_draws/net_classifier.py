import matplotlib.pyplot as plt
from tqdm.notebook import tqdm
import numpy as np



def one_in_k_encoding(vec, k):
    n = vec.shape[0]
    enc = np.zeros((n, k))
    enc[np.arange(n), vec] = 1
    return enc

def softmax(X):
    m = np.max(X, axis=1, keepdims=True)
    e = np.exp(X - m)
    return e / np.sum(e, axis=1, keepdims=True)

def relu(x):
    return np.maximum(0, x)

def make_dict(W1, b1, W2, b2):
    """ Trivial helper """
    return {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}

def get_init_params(input_dim, hidden_size, output_size):
    W1 = np.random.normal(0, np.sqrt(2.0/(input_dim+hidden_size)), size=(input_dim, hidden_size))
    b1 = np.zeros((1, hidden_size))
    W2 = np.random.normal(0, np.sqrt(4.0/(hidden_size+output_size)), size=(hidden_size, output_size))
    b2 = np.zeros((1, output_size))
    return make_dict(W1, b1, W2, b2)

class NetClassifier():
    def __init__(self):
        self.params = None
        self.history = None

    def predict(self, X, params=None):
        if params is None: params = self.params
        z2 = relu(X @ params['W1'] + params['b1']) @ params['W2'] + params['b2']
        return np.argmax(z2, axis=1)

    def score(self, X, y, params=None):
        if params is None: params = self.params
        return np.mean(self.predict(X, params) == y)

    def cost_grad(self, X, y, params, c=0.0):
        W1, b1, W2, b2 = params['W1'], params['b1'], params['W2'], params['b2']
        n = X.shape[0]
        Y = one_in_k_encoding(y, W2.shape[1])
        z1 = X @ W1 + b1
        a1 = relu(z1)
        P = softmax(a1 @ W2 + b2)
        cost = -np.sum(Y * np.log(P)) / n + c * (np.sum(W1**2) + np.sum(W2**2))
        d2 = (P - Y) / n
        d_w2 = a1.T @ d2 + 2*c*W2
        d_b2 = np.sum(d2, axis=0, keepdims=True)
        d1 = (d2 @ W2.T) * (z1 > 0)
        d_w1 = X.T @ d1 + 2*c*W1
        d_b1 = np.sum(d1, axis=0, keepdims=True)
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        p = {k: v.copy() for k, v in init_params.items()}
        hist = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
        best_loss = np.inf; wait = 0
        n = len(X_train)
        for e in tqdm(range(epochs)):
            perm = np.random.permutation(n)
            for i in range(0, n, batch_size):
                idx = perm[i:i+batch_size]
                _, g = self.cost_grad(X_train[idx], y_train[idx], p, c)
                for k in p: p[k] = p[k] - lr * g['d_' + k.lower()]
            hist['train_loss'].append(self.cost_grad(X_train, y_train, p, c)[0])
            hist['train_acc'].append(self.score(X_train, y_train, p))
            hist['val_loss'].append(self.cost_grad(X_val, y_val, p, c)[0])
            hist['val_acc'].append(self.score(X_val, y_val, p))
            if hist['val_loss'][-1] < best_loss:
                best_loss = hist['val_loss'][-1]
                self.params = {k: v.copy() for k, v in p.items()}
                wait = 0
            else:
                wait += 1
                if wait >= 3:
                    print('no improvement for 3 epochs, stopping')
                    break
        plt.plot(hist['val_loss']); plt.savefig('curve.png'); plt.close()
        self.history = hist
        return hist
