import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Network(object):
    def __init__(self, n_in=2, n_hidden=7, n_out=1):
        self.params = {
            "W1": np.random.randn(n_hidden, n_in),
            "b1": np.zeros((n_hidden, 1)),
            "W2": np.random.randn(n_hidden),
            "b2": 0.0,
        }

    def forward_pass(self, x):
        h = sigmoid(self.params["W1"] @ x.T + self.params["b1"])
        return h, sigmoid(self.params["W2"] @ h + self.params["b2"])

    def backprop(self, x, y, y_pred, h):
        d = (y_pred - y) * y_pred * (1 - y_pred)
        dh = np.outer(self.params["W2"], d) * h * (1 - h)
        return {"W1": dh @ x, "b1": dh.sum(1, keepdims=True), "W2": h @ d, "b2": d.sum()}

    def step(self, grads, eta):
        for k in self.params:
            self.params[k] = self.params[k] - eta * grads[k]


def cost(y, y_pred):
    return 0.5 * np.sum((y_pred - y) ** 2)


def train(net, x, y, eta=1e-4, epochs=100000):
    losses = []
    for i in range(epochs):
        h, p = net.forward_pass(x)
        losses.append(cost(y, p))
        net.step(net.backprop(x, y, p, h), eta)
    return losses


def standardise(x):
    return (x - np.mean(x, 0)) / np.std(x, 0)


def split(x, y):
    order = np.random.permutation(len(x))
    cut = len(x) * 8 // 10
    return x[order[:cut]], x[order[cut:]], y[order[:cut]], y[order[cut:]]


def contour_map(network, x, mean, std):
    x_1, x_2 = np.meshgrid(np.linspace(-6, -4, 40), np.linspace(-900, 1035, 40))
    grid = (np.c_[x_1.ravel(), x_2.ravel()] - mean) / std
    return x_1, x_2, network.forward_pass(grid)[1].reshape(40, 40)
