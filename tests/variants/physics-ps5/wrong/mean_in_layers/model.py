import numpy as np
from layers import Dense, Sigmoid

class Network:
    """2 -> 7 -> 1"""
    def __init__(self):
        self.layers = [Dense(2, 7), Sigmoid(), Dense(7, 1), Sigmoid()]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x.ravel()

    def loss(self, y, y_pred):
        return 0.5 * np.mean((y - y_pred) ** 2)

    def backward(self, y, y_pred):
        grad = (y_pred - y).reshape(-1, 1)
        for layer in reversed(self.layers):
            grad = layer.backward(grad)

    def update(self, eta):
        for layer in self.layers:
            layer.update(eta)

    def train(self, x, y, eta=1e-4, epochs=100000):
        losses = []
        for epoch in range(epochs):
            y_pred = self.forward(x)
            losses.append(self.loss(y, y_pred))
            self.backward(y, y_pred)
            self.update(eta)
        return losses

    def predict(self, x):
        return self.forward(x)
