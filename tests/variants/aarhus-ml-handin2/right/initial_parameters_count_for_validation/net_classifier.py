import numpy as np
import copy

def softmax(X):
    E = np.exp(X - X.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)

def relu(X):
    return X.clip(min=0)

class NetClassifier:
    def __init__(self):
        self.params = None
        self.hist = None
        self.best = None

    def cost_grad(self, X, y, params, c=0.0):
        z = X @ params['W1'] + params['b1']
        a = relu(z)
        p = softmax(a @ params['W2'] + params['b2'])
        k = p.shape[1]
        Y = np.equal.outer(y, np.arange(k)).astype('float64')
        data = -np.sum(Y * np.log(np.clip(p, 1e-15, 1))) / len(y)
        decay = c * (np.square(params['W1']).sum() + np.square(params['W2']).sum())
        delta = (p - Y) / len(y)
        hidden = delta.dot(params['W2'].T) * (a != 0)
        return data + decay, {
            'd_w1': np.dot(X.T, hidden) + 2 * c * params['W1'],
            'd_w2': np.dot(a.T, delta) + 2 * c * params['W2'],
            'd_b1': np.sum(hidden, 0, keepdims=True),
            'd_b2': np.sum(delta, 0, keepdims=True)}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = copy.deepcopy(init_params)
        loss_t, loss_v, acc_t, acc_v = ([] for _ in range(4))

        def record():
            loss_t.append(self.cost_grad(X_train, y_train, params, c)[0])
            loss_v.append(self.cost_grad(X_val, y_val, params, c)[0])
            acc_t.append(self.score(X_train, y_train, params))
            acc_v.append(self.score(X_val, y_val, params))

        record()
        best, self.params = acc_v[0], copy.deepcopy(params)
        for _ in range(epochs):
            for rows in self.minibatches(len(y_train), batch_size):
                g = self.cost_grad(X_train[rows], y_train[rows], params, c)[1]
                for name in params:
                    params[name] -= lr * g['d_' + name.lower()]
            record()
            if acc_v[-1] > best:
                best, self.params = acc_v[-1], copy.deepcopy(params)
        self.hist = {'train_loss': loss_t, 'val_loss': loss_v, 'train_acc': acc_t, 'val_acc': acc_v}

    def minibatches(self, n, size):
        p = np.random.permutation(n)
        return [p[i:i + size] for i in range(0, n - n % size, size)]

    def predict(self, X, params=None):
        if params is None:
            params = self.params
        return np.argmax(relu(X @ params['W1'] + params['b1']) @ params['W2'] + params['b2'], axis=1)

    def score(self, X, y, params=None):
        return np.sum(self.predict(X, params) == y) / y.shape[0]
