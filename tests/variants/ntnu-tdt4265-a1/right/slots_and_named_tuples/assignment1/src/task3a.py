import numpy as np


def one_hot_encode(Y, num_classes):
    return np.vstack([np.eye(num_classes)[int(y.item())] for y in Y])


def cross_entropy_loss(targets, outputs):
    return -np.trace(targets @ np.log(outputs).T) / len(targets)


class SoftmaxModel:
    __slots__ = ("w", "grad", "l2_reg_lambda")

    def __init__(self, l2_reg_lambda):
        self.w, self.grad, self.l2_reg_lambda = np.zeros((785, 10)), None, l2_reg_lambda

    def __call__(self, X):
        return self.forward(X)

    def forward(self, X):
        z = np.dot(X, self.w)
        return np.exp(z - np.log(np.sum(np.exp(z - z.max(1, keepdims=True)), axis=1, keepdims=True)) - z.max(1, keepdims=True))

    def backward(self, X, outputs, targets):
        outer = X[:, :, None] * (outputs - targets)[:, None, :]
        self.grad = outer.mean(0) + 2 * self.l2_reg_lambda * self.w
        return self.grad

    def zero_grad(self):
        self.grad = None
