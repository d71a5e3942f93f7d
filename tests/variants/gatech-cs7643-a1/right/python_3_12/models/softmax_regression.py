from dataclasses import dataclass
from typing import override
import numpy as np
from ._base_network import _baseNetwork

@dataclass
class SoftmaxRegression(_baseNetwork):
    @override
    def _weight_init(self):
        self.weights |= {"W1": 0.001 * np.random.randn(self.input_size, self.num_classes)}

    @override
    def _run(self, X):
        z = X @ self.weights["W1"]
        def back(delta):
            self.gradients["W1"] = X.T @ (delta * self.ReLU_dev(z))
        return self.softmax(self.ReLU(z)), back
