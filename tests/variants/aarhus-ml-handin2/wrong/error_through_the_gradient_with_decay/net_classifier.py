import numpy as np

## HAND IN 2 ##

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
    def __init__(self):
        self.params = None
        self.history = None

    def predict(self, X, params=None):
        if params is None: params = self.params
        pred = None
        z1 = X @ params['W1'] + params['b1']
        z2 = relu(z1) @ params['W2'] + params['b2']
        pred = np.argmax(softmax(z2), axis=1)
        return pred

    def score(self, X, y, params=None):
        if params is None: params = self.params
        acc = None
        acc = np.sum(self.predict(X, params) == y) / X.shape[0]
        return acc

    def cost_grad(self, X, y, params, c=0.0):
        cost = 0
        W1 = params['W1']; b1 = params['b1']; W2 = params['W2']; b2 = params['b2']
        d_w1 = None; d_w2 = None; d_b1 = None; d_b2 = None
        labels = one_in_k_encoding(y, W2.shape[1])
        n = X.shape[0]

        # forward
        z1 = X @ W1 + b1
        a1 = relu(z1)
        z2 = a1 @ W2 + b2
        S = softmax(z2)
        L = -np.sum(labels * np.log(S)) / n
        cost = L + c * (np.sum(W1**2) + np.sum(W2**2))

        # backward: chain rule for every image, J is the jacobian of softmax
        d_z2 = np.zeros(S.shape)
        for i in range(n):
            s = S[i]
            J = np.diag(s) - np.outer(s, s)
            dL_ds = -labels[i] / s
            d_z2[i] = J @ dL_ds
        # the mean over images
        d_w2 = a1.T @ d_z2 / n + 2*c*W2
        d_b2 = np.mean(d_z2, axis=0, keepdims=True)
        # weights have the decay in them, so the error goes back through W2 - decay
        d_a1 = d_z2 @ d_w2.T
        d_z1 = d_a1 * relu_grad(z1)
        d_w1 = X.T @ d_z1 / n + 2*c*W1
        d_b1 = np.mean(d_z1, axis=0, keepdims=True)
        return cost, {'d_w1': d_w1, 'd_w2': d_w2, 'd_b1': d_b1, 'd_b2': d_b2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        W1 = init_params['W1']; b1 = init_params['b1']; W2 = init_params['W2']; b2 = init_params['b2']
        hist = {'train_loss': [], 'train_acc': [], 'val_loss': [], 'val_acc': []}
        best = 0
        bestp = None
        for e in range(epochs):
            p = np.random.permutation(X_train.shape[0])
            X_train = X_train[p]
            y_train = y_train[p]
            for i in range(X_train.shape[0] // batch_size):
                Xb = X_train[i*batch_size:(i+1)*batch_size]
                yb = y_train[i*batch_size:(i+1)*batch_size]
                co, g = self.cost_grad(Xb, yb, make_dict(W1, b1, W2, b2), c)
                W1 = W1 - lr*g['d_w1']; b1 = b1 - lr*g['d_b1']; W2 = W2 - lr*g['d_w2']; b2 = b2 - lr*g['d_b2']
            par = make_dict(W1, b1, W2, b2)
            hist['train_loss'].append(self.cost_grad(X_train, y_train, par, c)[0])
            hist['train_acc'].append(self.score(X_train, y_train, par))
            hist['val_loss'].append(self.cost_grad(X_val, y_val, par, c)[0])
            hist['val_acc'].append(self.score(X_val, y_val, par))
            if hist['val_acc'][-1] >= best:
                best = hist['val_acc'][-1]
                bestp = par
        self.params = bestp
        self.history = hist
        return hist
