from dataclasses import dataclass
from typing import override
import numpy as np
from ._base_network import _baseNetwork

@dataclass
class TwoLayerNet(_baseNetwork):
    hidden_size: int = 128

    @override
    def _weight_init(self):
        rng = np.random.RandomState(1024)
        self.weights |= {
            "W1": 0.001 * rng.randn(self.input_size, self.hidden_size), "b1": np.zeros(self.hidden_size),
            "W2": 0.001 * np.random.RandomState(1024).randn(self.hidden_size, self.num_classes), "b2": np.zeros(self.num_classes),
        }

    @override
    def _run(self, X):
        W1, b1, W2, b2 = (self.weights[k] for k in ("W1", "b1", "W2", "b2"))
        z = X @ W1 + b1
        h = self.sigmoid(z)
        def back(delta):
            self.gradients.update(W2=h.T @ delta, b2=delta.sum(0))
            d = delta @ W2.T * self.sigmoid_dev(z)
            self.gradients.update(W1=X.T @ d, b1=d.sum(0))
        return self.softmax(h @ W2 + b2), back
