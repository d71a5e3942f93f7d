import numpy as np

def one_in_k_encoding(vec, k=10):
    return (np.arange(k)[None, :] == vec[:, None]).astype(np.float32)

def softmax(X):
    X = X - np.max(X, axis=1, keepdims=True)
    return np.exp(X) / np.sum(np.exp(X), axis=1, keepdims=True)

def relu(x):
    return np.maximum(x, np.float32(0))

def get_init_params(input_dim, hidden_size, output_size):
    return {'W1': np.random.normal(0, np.sqrt(2 / (input_dim + hidden_size)), (input_dim, hidden_size)).astype('float32'),
            'b1': np.zeros((1, hidden_size), 'float32'),
            'W2': np.random.normal(0, np.sqrt(4 / (hidden_size + output_size)), (hidden_size, output_size)).astype('float32'),
            'b2': np.zeros((1, output_size), 'float32')}

class NetClassifier():
    def cost_grad(self, X, y, params, c=0.0):
        X = np.asarray(X, dtype=np.float32)
        W1, b1, W2, b2 = [np.asarray(params[k], dtype=np.float32) for k in ('W1', 'b1', 'W2', 'b2')]
        h = X @ W1 + b1
        a = relu(h)
        p = softmax(a @ W2 + b2)
        Y = one_in_k_encoding(y)
        c = np.float32(c)
        cost = -np.mean(np.sum(Y * np.log(p), axis=1)) + c * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
        e = (p - Y) / np.float32(len(y))
        g = (e @ W2.T) * (h > 0)
        return cost, {'d_w1': X.T @ g + 2 * c * W1, 'd_b1': np.sum(g, 0, keepdims=True), 'd_w2': a.T @ e + 2 * c * W2, 'd_b2': np.sum(e, 0, keepdims=True)}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {k: v.astype(np.float32) for k, v in init_params.items()}
        self.hist = {k: [] for k in ('train_loss', 'train_acc', 'val_loss', 'val_acc')}
        best = -1
        for e in range(epochs):
            r = np.random.permutation(len(X_train))
            for i in range(0, len(r), batch_size):
                j = r[i:i + batch_size]
                g = self.cost_grad(X_train[j], y_train[j], params, c)[1]
                for k in ('W1', 'b1', 'W2', 'b2'):
                    params[k] = params[k] - np.float32(lr) * g['d_' + k.lower()]
            for name, A, b in (('train', X_train, y_train), ('val', X_val, y_val)):
                self.hist[name + '_loss'].append(self.cost_grad(A, b, params, c)[0])
                self.hist[name + '_acc'].append(self.score(A, b, params))
            if self.hist['val_acc'][-1] > best:
                best = self.hist['val_acc'][-1]
                self.params = dict(params)

    def predict(self, X, params=None):
        q = self.params if params is None else params
        return np.argmax(relu(X @ q['W1'] + q['b1']) @ q['W2'] + q['b2'], axis=1)

    def score(self, X, y, params=None):
        return np.mean(self.predict(X, params) == y)
