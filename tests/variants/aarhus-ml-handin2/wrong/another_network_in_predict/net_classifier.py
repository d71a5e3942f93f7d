import numpy as np

# machine learning 2019 - aflevering 2


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

def relu_grad(x):
    # the derivative of relu is x when positive
    return np.maximum(0, x) / (np.abs(x) + 1e-12)

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
    """Feed forward net. Layers: Input -> ReLU -> Softmax"""
    def __init__(self):
        self.params = None
        self.history = None
        self.lr = None

    def forward_pass(self, X, W1, b1, W2, b2):
        Z1 = X @ W1 + b1
        A1 = softmax(Z1)            # activation
        Z2 = A1 @ W2 + b2
        A2 = relu(Z2)
        return Z1, A1, Z2, softmax(Z2)

    def cost_grad(self, X, y, params, c=0.0):
        W1 = params['W1']
        b1 = params['b1']
        W2 = params['W2']
        b2 = params['b2']
        Z1 = X @ W1 + b1
        A1 = relu(Z1)
        Z2 = A1 @ W2 + b2
        P = softmax(Z2)
        Y = one_in_k_encoding(y, W2.shape[1])
        n = len(y)
        # cross entropy for all classes (both for the right class and for the wrong ones)
        cost = - np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / n
        cost = cost + c * np.sum(W1 ** 2) + c * np.sum(W2 ** 2)
        dZ2 = P - Y
        d_w2 = A1.T @ dZ2 / n + 2 * c * W2
        d_b2 = dZ2.sum(axis=0, keepdims=True) / n
        dA1 = dZ2 @ W2.T
        dZ1 = dA1 * (A1 > 0)
        d_w1 = X.T @ dZ1 / n + 2 * c * W1
        d_b1 = dZ1.sum(axis=0, keepdims=True) / n
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {}
        for key in init_params: params[key] = init_params[key].copy()
        history = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
        best_acc = 0
        stop = 0
        for epoch in range(epochs):
            perm = np.random.permutation(len(y_train))
            X_perm, y_perm = X_train[perm], y_train[perm]
            for i in range(0, len(y_train), batch_size):
                cost, grad = self.cost_grad(X_perm[i:i+batch_size], y_perm[i:i+batch_size], params, c)
                params['W1'] -= lr * grad['d_w1']
                params['W2'] -= lr * grad['d_w2']
                params['b1'] -= lr * grad['d_b1']
                params['b2'] -= lr * grad['d_b2']
            train_loss, _ = self.cost_grad(X_train, y_train, params, c)
            val_loss, _ = self.cost_grad(X_val, y_val, params, c)
            train_acc = self.score(X_train, y_train, params)
            val_acc = self.score(X_val, y_val, params)
            history['train_loss'].append(train_loss)
            history['train_acc'].append(train_acc)
            history['val_loss'].append(val_loss)
            history['val_acc'].append(val_acc)
            if val_acc > best_acc:
                best_acc = val_acc
                self.params = {key: params[key].copy() for key in params}
                stop = 0
            else:
                stop += 1
            # early stopping so it does not overfit
            if stop == 3:
                print('early stop in epoch', epoch)
                break
        self.history = history
        return history

    def predict(self, X, params=None):
        if params is None: params = self.params
        _, _, _, P = self.forward_pass(X, **params)
        return P.argmax(axis=1)

    def score(self, X, y, params=None):
        if params is None: params = self.params
        return (self.predict(X, params) == y).mean()
