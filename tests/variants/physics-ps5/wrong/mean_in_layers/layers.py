import numpy as np
class Layer:
    def forward(self, x): raise NotImplementedError
    def backward(self, grad): raise NotImplementedError
    def update(self, eta): pass
class Dense(Layer):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
        self.b = np.random.randn(n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, grad):
        N = len(self.x)
        self.dW = self.x.T @ grad / N
        self.db = grad.mean(axis=0)
        return grad @ self.W.T
    def update(self, eta):
        self.W -= eta * self.dW
        self.b -= eta * self.db
class Sigmoid(Layer):
    def forward(self, x):
        self.a = 1 / (1 + np.exp(-x))
        return self.a
    def backward(self, grad):
        return grad * self.a * (1 - self.a)
