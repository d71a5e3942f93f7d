import numpy as np
from ._base_network import _baseNetwork

class TwoLayerNet(_baseNetwork):
    """buffers are kept between calls for speed"""
    def __init__(self, input_size=28 * 28, num_classes=10, hidden_size=128):
        super().__init__(input_size, num_classes)
        self.hidden_size = hidden_size
        self._cache = {}
        rs = np.random.RandomState
        self.weights = {'W1': (0.001 * rs(1024).randn(input_size, hidden_size)).astype(np.float32), 'b1': np.zeros(hidden_size, np.float32),
                        'W2': (0.001 * rs(1024).randn(hidden_size, num_classes)).astype(np.float32), 'b2': np.zeros(num_classes, np.float32)}
        self.gradients = {k: np.empty_like(v) for k, v in self.weights.items()}

    def _buf(self, n):
        if n not in self._cache:
            self._cache[n] = (np.empty((n, self.weights['W1'].shape[1])), np.empty((n, self.weights['W2'].shape[1])))
        return self._cache[n]

    def forward(self, X, y, mode='train'):
        n = X.shape[0]
        h, o = self._buf(n)
        np.matmul(X, self.weights['W1'], out=h)
        h += self.weights['b1']
        np.negative(h, out=h); np.exp(h, out=h); h += 1; np.reciprocal(h, out=h)
        np.matmul(h, self.weights['W2'], out=o)
        o += self.weights['b2']
        p = self.softmax(o)
        loss = self.cross_entropy_loss(p, y); acc = self.compute_accuracy(p, y)
        if mode == 'train':
            p[np.arange(n), y] -= 1
            p /= n
            np.matmul(h.T, p, out=self.gradients['W2'], casting='unsafe')
            np.sum(p, axis=0, out=self.gradients['b2'], dtype=np.float64, ) if False else self.gradients['b2'].__setitem__(..., p.sum(axis=0))
            d = p @ self.weights['W2'].T
            d *= h; d *= 1 - h
            np.matmul(X.T, d, out=self.gradients['W1'], casting='unsafe')
            self.gradients['b1'][:] = d.sum(axis=0)
        return loss, acc
