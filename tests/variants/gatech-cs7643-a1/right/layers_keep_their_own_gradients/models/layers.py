import numpy as np


class Linear:
    """y = xW (+ b)"""

    def __init__(self, n_in, n_out, bias=True):
        np.random.seed(1024)
        self.W = 0.001 * np.random.randn(n_in, n_out)
        self.b = np.zeros(n_out) if bias else None
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros(n_out) if bias else None

    def __call__(self, x):
        self.x = x
        out = x @ self.W
        if self.b is not None:
            out = out + self.b
        return out

    def backward(self, dout):
        self.dW[...] = self.x.T @ dout
        if self.b is not None:
            self.db[...] = dout.sum(0)
        return dout @ self.W.T


class Sigmoid:
    def __init__(self, net):
        self.net = net

    def __call__(self, x):
        self.x = x
        return self.net.sigmoid(x)

    def backward(self, dout):
        return dout * self.net.sigmoid_dev(self.x)


class ReLU:
    def __init__(self, net):
        self.net = net

    def __call__(self, x):
        self.x = x
        return self.net.ReLU(x)

    def backward(self, dout):
        return dout * self.net.ReLU_dev(self.x)
