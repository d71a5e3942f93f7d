import numpy as np

def softmax(rows):
    out = []
    for r in rows:
        top = max(r)
        e = [np.exp(v - top) for v in r]
        out.append([v / sum(e) for v in e])
    return np.array(out)

def relu(m):
    r = m.copy()
    r[r < 0] = 0
    return r

class NetClassifier:
    def __init__(self):
        self.params = {}
        self.history = {}

    def _forward(self, x, params):
        z = x @ params["W1"] + params["b1"]
        return z, relu(z), softmax(relu(z) @ params["W2"] + params["b2"])

    def cost_grad(self, X, y, params, c=0.0):
        g = {"d_w1": np.zeros(params["W1"].shape), "d_b1": np.zeros(params["b1"].shape),
             "d_w2": np.zeros(params["W2"].shape), "d_b2": np.zeros(params["b2"].shape)}
        total = 0.0
        for i in range(len(X)):
            z, h, p = self._forward(X[i:i + 1], params)
            total -= np.log(p[0, y[i]])
            d = p.copy()
            d[0, y[i]] -= 1.0
            g["d_w2"] += np.outer(h, d)
            g["d_b2"] += d
            e = d @ params["W2"].T
            e[z <= 0] = 0.0
            g["d_w1"] += np.outer(X[i], e)
            g["d_b1"] += e
        g = {k: v / len(X) for k, v in g.items()}
        for w in ("W1", "W2"):
            total += len(X) * c * np.sum(np.square(params[w]))
            g["d_" + w.lower()] += 2 * c * params[w]
        return total / len(X), g

    def predict(self, X, params=None):
        _, _, p = self._forward(X, self.params if params is None else params)
        return np.argmax(p, axis=1)[:, np.newaxis]

    def score(self, X, y, params=None):
        return float(np.mean(self.predict(X, params).ravel() == y.ravel()))

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        params = {k: v.copy() for k, v in init_params.items()}
        history = {"train": {"loss": [], "accuracy": []}, "validation": {"loss": [], "accuracy": []}}
        best = (-1.0, params)
        for _ in range(epochs):
            shuffled = np.random.permutation(len(X_train))
            for part in np.array_split(shuffled, range(batch_size, len(shuffled), batch_size)):
                _, g = self.cost_grad(X_train[part], y_train[part], params, c)
                params = {k: params[k] - lr * g["d_" + k.lower()] for k in params}
            for name, (A, b) in {"train": (X_train, y_train), "validation": (X_val, y_val)}.items():
                history[name]["loss"].append(self.cost_grad(A, b, params)[0])
                history[name]["accuracy"].append(self.score(A, b, params))
            if history["validation"]["accuracy"][-1] > best[0]:
                best = (history["validation"]["accuracy"][-1], params)
        self.params, self.history = best[1], history
        return history
