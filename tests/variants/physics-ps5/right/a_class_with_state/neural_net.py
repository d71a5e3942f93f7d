import numpy as np


class NeuralNetwork:
    """2-7-1, everything that a step needs is kept from the forward pass"""

    def __init__(self, w=None, eta=0.0001):
        self.w = np.random.randn(29) if w is None else np.array(w, dtype=float)
        self.eta = eta
        self.losses = []

    def forward(self, x):
        self.x = x
        self.beta_h = 1 / (1 + np.exp(-(self.w[:7] + x[:, :1] * self.w[7:14] + x[:, 1:] * self.w[14:21])))
        self.y_pred = 1 / (1 + np.exp(-(self.w[21] + self.beta_h.dot(self.w[22:]))))
        return self.y_pred

    def loss(self, y):
        return ((y - self.y_pred) ** 2).sum() / 2

    def backprop(self, y):
        d = -(y - self.y_pred) * self.y_pred * (1 - self.y_pred)
        dh = np.outer(d, self.w[22:]) * self.beta_h * (1 - self.beta_h)
        gradient = [dh.sum(0), self.x[:, 0].dot(dh), self.x[:, 1].dot(dh), d.sum(), d.dot(self.beta_h)]
        self.w -= self.eta * np.hstack(gradient)

    def train(self, x, y, epochs=100000):
        for _ in range(epochs):
            self.forward(x)
            self.losses.append(self.loss(y))
            self.backprop(y)


def plane(net, points, mean, std, n=50):
    axes = [np.linspace(column.min(), column.max(), n) for column in points.T]
    x1, x2 = np.meshgrid(*axes)
    cells = np.stack([x1.ravel(), x2.ravel()], axis=1)
    return x1, x2, net.forward((cells - mean) / std).reshape(n, n)
