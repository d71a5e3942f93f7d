import numpy as np

class NetClassifier(object):
    def cost_grad(self, X, y, params, c=0.0):
        A = np.clip(X @ params['W1'] + params['b1'], 0, None)
        S = A @ params['W2'] + params['b2']
        S = S - S.max(axis=1, keepdims=True)
        logp = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        m = y.size
        J = -logp[np.arange(m), y].sum() / m + c * sum((params[k] ** 2).sum() for k in ('W1', 'W2'))
        E = np.exp(logp)
        E[np.arange(m), y] -= 1
        E = E / m
        F = (E @ params['W2'].T) * np.sign(A)
        return J, {'d_w1': X.T @ F + 2 * c * params['W1'], 'd_w2': A.T @ E + 2 * c * params['W2'],
                   'd_b1': F.sum(0, keepdims=True), 'd_b2': E.sum(0, keepdims=True)}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {k: init_params[k].astype(float) for k in init_params}
        rng = np.random.RandomState(1)
        hist = []
        best = np.inf
        for epoch in range(1, epochs + 1):
            order = rng.permutation(len(y_train))
            while len(order) > 0:
                now, order = order[:batch_size], order[batch_size:]
                g = self.cost_grad(X_train[now], y_train[now], params, c)[1]
                for k in params:
                    params[k] = params[k] - lr * g['d_' + k.lower()]
            row = {'train_loss': self.cost_grad(X_train, y_train, params)[0], 'train_acc': self.score(X_train, y_train, params),
                   'val_loss': self.cost_grad(X_val, y_val, params)[0], 'val_acc': self.score(X_val, y_val, params)}
            print("epoch", epoch, row)
            hist.append(row)
            if row['val_loss'] < best:
                best = row['val_loss']
                self.params = dict(params)
        self.hist = hist

    def predict(self, X, params=None):
        params = params or self.params
        A = np.clip(X @ params['W1'] + params['b1'], 0, None)
        return np.argmax(A @ params['W2'] + params['b2'], axis=1)

    def score(self, X, y, params=None):
        return np.count_nonzero(self.predict(X, params) == y) / float(len(y))
