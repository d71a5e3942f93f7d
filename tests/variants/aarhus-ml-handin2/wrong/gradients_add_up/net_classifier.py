import numpy as np

def softmax(X):
    X = X - X.max(1)[:, None]
    return np.exp(X) / np.exp(X).sum(1)[:, None]

def relu(x):
    return np.where(x > 0, x, 0)

def get_init_params(input_dim, hidden_size, output_size):
    return {'W1': np.random.randn(input_dim, hidden_size) * np.sqrt(2. / (input_dim + hidden_size)),
            'b1': np.zeros((1, hidden_size)),
            'W2': np.random.randn(hidden_size, output_size) * np.sqrt(4. / (hidden_size + output_size)),
            'b2': np.zeros((1, output_size))}

class NetClassifier():
    def __init__(self):
        self.g = 0
        self.params = None
        self.hist = None

    def predict(self, X, params=None):
        if params is None:
            params = self.params
        z = relu(X @ params['W1'] + params['b1']) @ params['W2'] + params['b2']
        return np.array([np.argmax(row) for row in z]).reshape(1, -1)

    def score(self, X, y, params=None):
        pred = self.predict(X, params)
        return np.sum(pred[0] == y) / X.shape[0]

    def cost_grad(self, X, y, params, c=0.0):
        n, k = X.shape[0], params['b2'].shape[1]
        T = np.eye(k)[y]
        U = X @ params['W1'] + params['b1']
        S = softmax(relu(U) @ params['W2'] + params['b2'])
        cost = -(T * np.log(S + 1e-12)).sum(axis=1).mean()
        cost = cost + c * np.linalg.norm(params['W1']) ** 2 + c * np.linalg.norm(params['W2']) ** 2
        D2 = S - T
        D1 = D2 @ params['W2'].T * (U > 0).astype(float)
        ones = np.ones((1, n))
        self.g = self.g + (X.T @ D1) / n
        return cost, {'d_w1': self.g + 2 * c * params['W1'], 'd_b1': (ones @ D1) / n,
                      'd_w2': (relu(U).T @ D2) / n + 2 * c * params['W2'], 'd_b2': (ones @ D2) / n}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        W1, b1, W2, b2 = init_params['W1'], init_params['b1'], init_params['W2'], init_params['b2']
        hist = {'train_loss': np.zeros(epochs), 'val_loss': np.zeros(epochs), 'train_acc': np.zeros(epochs), 'val_acc': np.zeros(epochs)}
        self.params = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}
        best_loss = self.cost_grad(X_val, y_val, self.params, c)[0]
        for epoch in range(epochs):
            order = np.random.permutation(X_train.shape[0])
            for k in range(0, X_train.shape[0], batch_size):
                b = order[k:k + batch_size]
                if len(b) < batch_size:
                    break
                g = self.cost_grad(X_train[b], y_train[b], {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}, c)[1]
                W1 = W1 - lr * g['d_w1']
                b1 = b1 - lr * g['d_b1']
                W2 = W2 - lr * g['d_w2']
                b2 = b2 - lr * g['d_b2']
            now = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}
            hist['train_loss'][epoch] = self.cost_grad(X_train, y_train, now, c)[0]
            hist['val_loss'][epoch] = self.cost_grad(X_val, y_val, now, c)[0]
            hist['train_acc'][epoch] = self.score(X_train, y_train, now)
            hist['val_acc'][epoch] = self.score(X_val, y_val, now)
            if hist['val_loss'][epoch] < best_loss:
                best_loss = hist['val_loss'][epoch]
                self.params = now
        self.hist = hist
        return self
