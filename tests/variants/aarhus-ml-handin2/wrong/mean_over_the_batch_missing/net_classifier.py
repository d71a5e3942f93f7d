import numpy as np

def softmax(z):
    e = np.exp(z - np.amax(z, axis=1).reshape(-1, 1))
    return e / np.sum(e, axis=1).reshape(-1, 1)

def relu(z):
    return z * (z > 0)

class NetClassifier:
    """history in attributes of its own"""

    def cost_grad(self, X, y, params, reg=0.0):
        W1, b1 = params['W1'], params['b1']
        W2, b2 = params['W2'], params['b2']
        N = len(X)
        H = X.dot(W1) + b1
        A = relu(H)
        P = softmax(A.dot(W2) + b2)
        cost = -np.log(P[range(N), y]).mean()
        cost += reg * ((W1 * W1).sum() + (W2 * W2).sum())
        G = P.copy()
        G[range(N), y] -= 1
        d_w2 = A.T.dot(G) + reg * 2 * W2
        d_b2 = G.sum(0).reshape(1, -1)
        back = G.dot(W2.T)
        back[H <= 0] = 0
        return cost, dict(d_w1=X.T.dot(back) + reg * 2 * W1, d_w2=d_w2, d_b1=back.sum(0).reshape(1, -1), d_b2=d_b2)

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, learning_rate=0.1, reg=1e-4, n_epochs=30):
        p = {k: np.array(v) for k, v in init_params.items()}
        self.train_loss, self.train_acc = [], []
        self.val_loss, self.val_acc = [], []
        self.best_val_loss = float('inf')
        idx = np.arange(len(X_train))
        for epoch in range(n_epochs):
            np.random.shuffle(idx)
            losses = []
            for s in range(0, len(idx), batch_size):
                rows = idx[s:s + batch_size]
                loss, g = self.cost_grad(X_train[rows], y_train[rows], p, reg=reg)
                losses.append(loss)
                for k in ('w1', 'b1', 'w2', 'b2'):
                    p[k.replace('w', 'W')] = p[k.replace('w', 'W')] - learning_rate * g['d_' + k]
            self.train_loss.append(np.mean(losses))
            self.train_acc.append(self.score(X_train, y_train, p))
            self.val_loss.append(self.cost_grad(X_val, y_val, p, reg)[0])
            self.val_acc.append(self.score(X_val, y_val, p))
            if self.val_loss[-1] <= self.best_val_loss:
                self.best_val_loss = self.val_loss[-1]
                self.best_params = dict(p)
        self.params = self.best_params

    def predict(self, X, params=None):
        p = self.params if params is None else params
        return softmax(relu(X.dot(p['W1']) + p['b1']).dot(p['W2']) + p['b2']).argmax(1)

    def score(self, X, y, params=None):
        return (self.predict(X, params) == y).sum() / len(y)
