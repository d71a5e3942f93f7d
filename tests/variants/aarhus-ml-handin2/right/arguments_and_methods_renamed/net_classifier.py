import numpy as np

def softmax(X):
    return np.exp(X - X.max(1, keepdims=True)) / np.exp(X - X.max(1, keepdims=True)).sum(1, keepdims=True)

def relu(X):
    return np.array(X) * (np.array(X) > 0)

def init_params(input_dim, hidden_size, output_size):
    return {"W1": np.zeros((input_dim, hidden_size)), "b1": np.zeros((1, hidden_size)),
            "W2": np.zeros((hidden_size, output_size)), "b2": np.zeros((1, output_size))}

class NeuralNetClassifier:
    params = None

    def cost_grad(self, X, y, params, weight_decay=0.0):
        Z = np.matmul(X, params["W1"]) + params["b1"]
        A = relu(Z)
        P = softmax(np.matmul(A, params["W2"]) + params["b2"])
        picked = np.take_along_axis(P, y[:, None], axis=1)
        loss = float(-np.log(picked).mean()) + weight_decay * float((params["W1"] ** 2).sum() + (params["W2"] ** 2).sum())
        np.put_along_axis(P, y[:, None], picked - 1, axis=1)
        P = P / len(y)
        B = np.matmul(P, params["W2"].T)
        B = B * (Z > 0)
        return loss, {"dW1": np.matmul(X.T, B) + 2 * weight_decay * params["W1"], "db1": B.sum(0)[None],
                      "dW2": np.matmul(A.T, P) + 2 * weight_decay * params["W2"], "db2": P.sum(0)[None]}

    def train(self, x_tr, y_tr, x_valid, y_valid, init_params, minibatch_size=32, eta=0.1, weight_decay=1e-4, num_epochs=30):
        p = {k: v.copy() for k, v in init_params.items()}
        self.training_cost, self.training_accuracy, self.validation_cost, self.validation_accuracy = [], [], [], []
        for t in range(num_epochs):
            for rows in np.array_split(np.random.permutation(len(x_tr)), np.arange(minibatch_size, len(x_tr), minibatch_size)):
                g = self.cost_grad(x_tr[rows], y_tr[rows], p, weight_decay=weight_decay)[1]
                p = {k: p[k] - eta * g["d" + k] for k in p}
            self.training_cost.append(self.cost_grad(x_tr, y_tr, p, weight_decay)[0])
            self.validation_cost.append(self.cost_grad(x_valid, y_valid, p, weight_decay)[0])
            self.training_accuracy.append(self.score(x_tr, y_tr, p))
            self.validation_accuracy.append(self.score(x_valid, y_valid, p))
            if t == 0 or self.validation_accuracy[-1] > max(self.validation_accuracy[:-1]):
                self.params = p

    def predict(self, X, params=None):
        p = params if params is not None else self.params
        return np.matmul(relu(np.matmul(X, p["W1"]) + p["b1"]), p["W2"]).__add__(p["b2"]).argmax(axis=1)

    def score(self, X, y, params=None):
        return 1 - np.mean(self.predict(X, params) != y)
