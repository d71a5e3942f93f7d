import numpy as np


class Model:
    num_outputs = None

    def __init__(self, l2_reg_lambda=0.):
        self.I = 28 * 28 + 1
        self.l2_reg_lambda = l2_reg_lambda
        self.w = np.zeros((self.I, self.num_outputs))
        self.zero_grad()

    def zero_grad(self):
        self.grad = np.zeros(self.w.shape)

    def backward(self, X, outputs, targets):
        self.grad = X.T.dot(outputs - targets) / X.shape[0]
        self.grad += 2 * self.l2_reg_lambda * self.w


class BinaryModel(Model):
    num_outputs = 1

    def forward(self, X):
        z = X.dot(self.w)
        out = np.empty_like(z)
        pos = z >= 0
        out[pos] = 1 / (1 + np.exp(-z[pos]))
        ez = np.exp(z[~pos])
        out[~pos] = ez / (1 + ez)
        return out


class SoftmaxModel(Model):
    num_outputs = 10

    def forward(self, X):
        z = X.dot(self.w)
        e = np.exp(z - z.max())
        return e / e.sum(axis=0)
