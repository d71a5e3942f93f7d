import numpy as np

class NetClassifier:
    def __init__(self):
        self.params = None
        self.history = {"train_loss": [], "train_acc": [], "val_loss": [], "val_acc": []}

    def relu(self, x):
        return np.maximum(x, 0)

    def softmax(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def get_init_params(self, input_dim, hidden_size, output_size):
        return {"W1": np.random.randn(input_dim, hidden_size), "b1": np.zeros((1, hidden_size)),
                "W2": np.random.randn(hidden_size, output_size), "b2": np.zeros((1, output_size))}

    def forward(self, X, params):
        z1 = X @ params["W1"] + params["b1"]
        a1 = self.relu(z1)
        return z1, a1, self.softmax(a1 @ params["W2"] + params["b2"])

    def cost_grad(self, X, y, params, c=0.0):
        z1, a1, p = self.forward(X, params)
        n = X.shape[0]
        cost = -np.log(p[np.arange(n), y]).sum() / n + c * (params["W1"] ** 2).sum() + c * (params["W2"] ** 2).sum()
        dz2 = p - np.eye(p.shape[1])[y]
        dz1 = (dz2 @ params["W2"].T) * (z1 > 0)
        grads = {"d_w1": X.T @ dz1, "d_b1": dz1.sum(axis=0, keepdims=True),
                 "d_w2": a1.T @ dz2, "d_b2": dz2.sum(axis=0, keepdims=True)}
        for k in grads:
            grads[k] = grads[k] / n
        grads["d_w1"] += 2 * c * params["W1"]
        grads["d_w2"] += 2 * c * params["W2"]
        return cost, grads

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30, verbose=False):
        params = {k: v.copy() for k, v in init_params.items()}
        h = {k: [] for k in self.history}
        best_loss, n = np.inf, X_train.shape[0]
        for epoch in range(epochs):
            order = np.random.permutation(n)
            total = hits = 0.0
            for s in range(0, n, batch_size):
                b = order[s:s + batch_size]
                cost, g = self.cost_grad(X_train[b], y_train[b], params, c)
                total += cost * len(b)
                hits += np.sum(self.predict(X_train[b], params) == y_train[b])
                for k in params:
                    params[k] = params[k] - lr * g["d_" + k.lower()]
            h["train_loss"].append(total / n)
            h["train_acc"].append(hits / n)
            h["val_loss"].append(self.cost_grad(X_val, y_val, params, c)[0])
            h["val_acc"].append(self.score(X_val, y_val, params))
            if verbose:
                print(epoch, h["val_acc"][-1])
            if h["val_loss"][-1] < best_loss:
                best_loss, self.params = h["val_loss"][-1], {k: v.copy() for k, v in params.items()}
        self.history = h
        return self

    def predict(self, X, params=None):
        return self.forward(X, self.params if params is None else params)[2].argmax(axis=1)

    def score(self, X, y, params=None):
        return np.mean(self.predict(X, params) == y)
