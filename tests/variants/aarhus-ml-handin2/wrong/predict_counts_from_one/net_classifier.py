import numpy as np

def relu(v):
    return (v + np.abs(v)) / 2

def softmax(v):
    w = np.exp((v.T - v.max(axis=1)).T)
    return (w.T / w.sum(axis=1)).T

def get_init_params(input_dim, hidden_size, output_size):
    return {'w1': np.random.normal(0, 0.1, (input_dim, hidden_size)), 'b1': np.zeros(hidden_size),
            'w2': np.random.normal(0, 0.1, (hidden_size, output_size)), 'b2': np.zeros(output_size)}

class NetClassifier:
    def cost_grad(self, X, y, params, c=0.0):
        w1, b1, w2, b2 = (params[k] for k in ('w1', 'b1', 'w2', 'b2'))
        z1 = X @ w1 + b1
        h = relu(z1)
        p = softmax(h @ w2 + b2)
        t = np.zeros_like(p)
        t[np.arange(len(y)), y] = 1
        cost = -np.einsum('ij,ij->', t, np.log(p)) / len(y) + c * (np.einsum('ij,ij', w1, w1) + np.einsum('ij,ij', w2, w2))
        e = (p - t) / len(y)
        d = np.einsum('ik,jk->ij', e, w2) * np.heaviside(z1, 0)
        return cost, {'d_w1': np.einsum('ij,ik->jk', X, d) + 2 * c * w1, 'd_b1': d.sum(0),
                      'd_w2': np.einsum('ij,ik->jk', h, e) + 2 * c * w2, 'd_b2': e.sum(0)}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {k: v.copy() for k, v in init_params.items()}
        self.history = {'loss': [], 'accuracy': [], 'val_loss': [], 'val_accuracy': []}
        best_acc = -np.inf
        for _ in range(epochs):
            perm = np.random.permutation(len(y_train))
            Xp, yp = X_train[perm], y_train[perm]
            for start in range(0, len(yp), batch_size):
                _, g = self.cost_grad(Xp[start:start + batch_size], yp[start:start + batch_size], params, c)
                for k in params:
                    params[k] = params[k] - lr * g['d_' + k]
            self.history['loss'].append(self.cost_grad(X_train, y_train, params, c)[0])
            self.history['accuracy'].append(self.score(X_train, y_train, params))
            self.history['val_loss'].append(self.cost_grad(X_val, y_val, params, c)[0])
            self.history['val_accuracy'].append(self.score(X_val, y_val, params))
            if self.history['val_accuracy'][-1] >= best_acc:
                best_acc = self.history['val_accuracy'][-1]
                self.params = params.copy()
        return self.history

    def predict(self, X, params=None):
        params = self.params if params is None else params
        return np.argmax(relu(X @ params['w1'] + params['b1']) @ params['w2'] + params['b2'], axis=1) + 1

    def score(self, X, y, params=None):
        return np.average(self.predict(X, params) == y)
