import numpy as np


def pre_process_images(images):
    n = images.shape[0]
    result = np.ones((n, 785))
    result[:, :784] = images
    result[:, :784] -= 127.5
    result[:, :784] /= 127.5
    return result


def cross_entropy_loss(targets, outputs):
    per_row = [-(t * np.log(o) + (1 - t) * np.log(1 - o)) for t, o in zip(targets, outputs)]
    return sum(per_row) / len(per_row)


class BinaryModel:
    __slots__ = ("w", "grad")

    def __init__(self):
        self.w, self.grad = np.zeros((785, 1)), None

    def __call__(self, X):
        return self.forward(X)

    def forward(self, X):
        return np.reciprocal(1.0 + np.exp(-np.dot(X, self.w)))

    def backward(self, X, outputs, targets):
        self.grad = np.average(X * (outputs - targets), axis=0)[:, None]
        return self.grad

    def zero_grad(self):
        self.grad = None
