import numpy as np, pickle, gzip
import matplotlib.pyplot as plt
import urllib.request, os

if not os.path.exists('data/mnist.pkl.gz'):
    os.makedirs('data', exist_ok=True)
    urllib.request.urlretrieve('http://example.invalid/mnist.pkl.gz', 'data/mnist.pkl.gz')
with gzip.open('data/mnist.pkl.gz', 'rb') as f:
    (X_train, y_train), (X_val, y_val), (X_test, y_test) = pickle.load(f, encoding='latin1')

K = len(np.unique(y_train))
D = X_train.shape[1]

def relu(x): return (x + abs(x)) / 2

def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

def get_init_params(d, h, k):
    return {'W1': np.random.randn(d, h) * np.sqrt(2/(d+h)), 'b1': np.zeros((1, h)),
            'W2': np.random.randn(h, k) * np.sqrt(4/(h+k)), 'b2': np.zeros((1, k))}

class NetClassifier:
    params = None
    history = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}

    def cost_grad(self, X, y, params, c=0.0):
        W1, b1, W2, b2 = params.values()
        z = X @ W1 + b1
        a = relu(z)
        p = softmax(a @ W2 + b2)
        Y = np.eye(W2.shape[1])[y]
        J = -np.mean(np.sum(Y * np.log(p), axis=1)) + c * np.sum(W1**2) + c * np.sum(W2**2)
        e = (p - Y) / len(X)
        h = (e @ W2.T) * (a > 0)
        return J, {'d_w1': X.T @ h + 2*c*W1, 'd_b1': h.sum(0)[None], 'd_w2': a.T @ e + 2*c*W2, 'd_b2': e.sum(0)[None]}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {k: v.copy() for k, v in init_params.items()}
        best = 1e100
        for epoch in range(epochs):
            i = np.random.permutation(len(X_train))
            X_train, y_train = X_train[i], y_train[i]
            for lo in range(0, len(X_train), batch_size):
                J, g = self.cost_grad(X_train[lo:lo+batch_size], y_train[lo:lo+batch_size], params, c)
                for k in params: params[k] = params[k] - lr * g['d_' + k.lower()]
            self.history['train_loss'] += [self.cost_grad(X_train, y_train, params, 0)[0]]
            self.history['train_acc'] += [self.score(X_train, y_train, params)]
            self.history['val_loss'] += [self.cost_grad(X_val, y_val, params, 0)[0]]
            self.history['val_acc'] += [self.score(X_val, y_val, params)]
            if self.history['val_loss'][-1] < best:
                best, self.params = self.history['val_loss'][-1], params.copy()

    def predict(self, X, params=None):
        W1, b1, W2, b2 = (params or self.params).values()
        return (relu(X @ W1 + b1) @ W2 + b2).argmax(1)

    def score(self, X, y, params=None):
        return (self.predict(X, params) == y).mean()

net = NetClassifier()
net.fit(X_train, y_train, X_val, y_val, get_init_params(D, 256, K), epochs=30)
plt.plot(net.history['train_loss'], label='train'); plt.plot(net.history['val_loss'], label='val'); plt.legend(); plt.show()
print('in sample', net.score(X_train, y_train), 'test', net.score(X_test, y_test))
