import numpy as np

class Tensor:
    """A tiny reverse-mode autodiff (after micrograd, but with arrays)."""
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.grad_fn = grad_fn or (lambda: None)
    def __matmul__(self, other):
        out = Tensor(self.data @ other.data, (self, other))
        def back():
            self.grad += out.grad @ other.data.T
            other.grad += self.data.T @ out.grad
        out.grad_fn = back
        return out
    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))
        def back():
            self.grad += unbroadcast(out.grad, self.data.shape)
            other.grad += unbroadcast(out.grad, other.data.shape)
        out.grad_fn = back
        return out
    def relu(self):
        out = Tensor(self.data * (self.data > 0), (self,))
        def back(): self.grad += (self.data > 0) * out.grad
        out.grad_fn = back
        return out
    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.data))
        out = Tensor(s, (self,))
        def back(): self.grad += s * (1 - s) * out.grad
        out.grad_fn = back
        return out
    def softmax_cross_entropy(self, y):
        z = self.data - self.data.max(1, keepdims=True)
        logp = z - np.log(np.exp(z).sum(1, keepdims=True))
        n = len(y)
        out = Tensor(-logp[np.arange(n), y].mean(), (self,))
        out.probs = np.exp(logp)
        def back():
            g = np.exp(logp); g[np.arange(n), y] -= 1
            self.grad += g / n * out.grad
        out.grad_fn = back
        return out
    def backward(self):
        order, seen = [], set()
        def visit(t):
            if id(t) not in seen:
                seen.add(id(t))
                for q in t.parents: visit(q)
                order.append(t)
        visit(self)
        self.grad = np.ones_like(self.data)
        for t in reversed(order): t.grad_fn()

def unbroadcast(g, shape):
    while g.ndim > len(shape): g = g.sum(0)
    return g
