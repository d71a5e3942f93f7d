import numpy as np


class LinearModel:
    """what logistic and softmax have in common"""

    def __init__(self, num_inputs=785, num_outputs=1, l2=0.0, scale=0.01, seed=7):
        self.num_inputs, self.num_outputs = num_inputs, num_outputs
        self.l2 = l2
        rng = np.random.RandomState(seed)
        self._theta = rng.randn(num_inputs, num_outputs) * scale
        self._dtheta = np.zeros_like(self._theta)

    @property
    def w(self):
        return self._theta

    @w.setter
    def w(self, value):
        assert value.shape == (self.num_inputs, self.num_outputs)
        self._theta = value

    @property
    def grad(self):
        return self._dtheta

    @staticmethod
    def activation(z):
        raise NotImplementedError()

    def forward(self, X):
        return self.activation(X @ self._theta)

    def backward(self, X, outputs, targets):
        N = X.shape[0]
        self._dtheta = (X.T @ (outputs - targets)) / N
        if self.l2 > 0:
            self._dtheta += 2 * self.l2 * self._theta

    def zero_grad(self):
        self._dtheta = np.zeros_like(self._theta)

    def __repr__(self):
        return f"{type(self).__name__}({self.num_inputs}, {self.num_outputs}, l2={self.l2})"
