import numpy as np
from sklearn.metrics import accuracy_score, log_loss
from sklearn.preprocessing import OneHotEncoder, LabelBinarizer
from sklearn.utils import shuffle, gen_batches
import pandas as pd
import joblib

global best_params
best_params = {}
HIST = {"train_loss": [], "train_acc": [], "val_loss": [], "val_acc": []}


def softmax(X):
    from scipy.special import softmax as sm
    return sm(X, axis=1)


def relu(x):
    return np.where(x > 0, x, 0)


def get_init_params(input_dim, hidden_size, output_size):
    r = np.random.RandomState(42)
    return {"W1": r.randn(input_dim, hidden_size) * np.sqrt(2 / (input_dim + hidden_size)), "b1": np.zeros((1, hidden_size)),
            "W2": r.randn(hidden_size, output_size) * np.sqrt(4 / (hidden_size + output_size)), "b2": np.zeros((1, output_size))}


class NetClassifier:

    def __init__(self):
        self.params = best_params

    def forward(self, X, params):
        self.z1 = np.dot(X, params["W1"]) + params["b1"]
        self.a1 = relu(self.z1)
        self.z2 = np.dot(self.a1, params["W2"]) + params["b2"]
        self.probs = softmax(self.z2)
        return self.probs

    def cost_grad(self, X, y, params, c=0.0):
        probs = self.forward(X, params)
        # one hot with pandas
        targets = pd.get_dummies(y).values.astype(float)
        cost = log_loss(y, probs, labels=np.arange(10)) + c * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
        m = y.shape[0]
        dz2 = (probs - targets) / m
        dW2 = np.dot(self.a1.T, dz2) + 2 * c * params["W2"]
        db2 = np.sum(dz2, axis=0, keepdims=True)
        dz1 = np.dot(dz2, params["W2"].T) * np.heaviside(self.z1, 0)
        dW1 = np.dot(X.T, dz1) + 2 * c * params["W1"]
        db1 = np.sum(dz1, axis=0, keepdims=True)
        return cost, {"d_w1": dW1, "d_w2": dW2, "d_b1": db1, "d_b2": db2}

    def fit(self, X_train, y_train, X_val, y_val, init_params, batch_size=32, lr=0.1, c=1e-4, epochs=30):
        global best_params
        params = {k: v.copy() for k, v in init_params.items()}
        best = np.inf
        for epoch in range(epochs):
            X_train, y_train = shuffle(X_train, y_train)
            for sl in gen_batches(len(y_train), batch_size):
                cost, grad = self.cost_grad(X_train[sl], y_train[sl], params, c)
                for k, g in zip(["W1", "W2", "b1", "b2"], grad.values()):
                    params[k] = params[k] - lr * g
            HIST["train_loss"].append(self.cost_grad(X_train, y_train, params, c)[0])
            HIST["val_loss"].append(self.cost_grad(X_val, y_val, params, c)[0])
            HIST["train_acc"].append(accuracy_score(y_train, self.predict(X_train, params)))
            HIST["val_acc"].append(accuracy_score(y_val, self.predict(X_val, params)))
            if HIST["val_loss"][-1] < best:
                best = HIST["val_loss"][-1]
                best_params = dict(params)
        self.params = best_params
        self.history = HIST
        joblib.dump(best_params, "best.pkl")
        return HIST

    def predict(self, X, params=None):
        return np.argmax(self.forward(X, params or best_params), axis=1)

    def score(self, X, y, params=None):
        return accuracy_score(y, self.predict(X, params))
