import numpy as np

def relu(x):
    return np.maximum(0, x)

def softmax(x):
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)

def forward(X, params):
    z = X @ params['W1'] + params['b1']
    a = relu(z)
    return z, a, softmax(a @ params['W2'] + params['b2'])

def backward(X, y, params, c):
    z, a, p = forward(X, params)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    d = (p @ params['W2'].T) * (z >= 0)
    return X.T @ d + 2 * c * params['W1'], d.sum(0, keepdims=True), a.T @ p + 2 * c * params['W2'], p.sum(0, keepdims=True)

def cost(X, y, params, c):
    p = forward(X, params)[2]
    return -np.mean(np.log(p[np.arange(len(y)), y])) + c * (np.sum(params['W1'] ** 2) + np.sum(params['W2'] ** 2))

class NetClassifier:
    def cost_grad(self, X, y, params, c=0.0):
        d_w1, d_b1, d_w2, d_b2 = backward(X, y, params, c)
        return cost(X, y, params, c), {'d_w1': d_w1, 'd_b1': d_b1, 'd_w2': d_w2, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {k: np.copy(v) for k, v in init_params.items()}
        self.hist = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
        self.params = None
        best = np.inf
        for _ in range(epochs):
            order = np.random.permutation(len(X_train))
            for i in range(0, len(X_train), batch_size):
                rows = order[i:i + batch_size]
                steps = backward(X_train[rows], y_train[rows], params, c)
                for key, step in zip(('W1', 'b1', 'W2', 'b2'), steps):
                    params[key] -= lr * step
            self.hist['train_loss'].append(cost(X_train, y_train, params, c))
            self.hist['val_loss'].append(cost(X_val, y_val, params, c))
            self.hist['train_acc'].append(np.mean(forward(X_train, params)[2].argmax(1) == y_train))
            self.hist['val_acc'].append(np.mean(forward(X_val, params)[2].argmax(1) == y_val))
            if self.hist['val_loss'][-1] < best:
                best = self.hist['val_loss'][-1]
                self.params = {k: np.copy(v) for k, v in params.items()}

    def predict(self, X, params=None):
        return forward(X, self.params if params is None else params)[2].argmax(1)

    def score(self, X, y, params=None):
        return np.mean(self.predict(X, params) == y)
