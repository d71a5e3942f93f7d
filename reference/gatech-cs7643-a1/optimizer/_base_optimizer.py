"""What every optimizer shares: the learning rate and the weight penalty."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Model(Protocol):
    """What an optimizer needs of a model: parameters and gradients under the same keys."""

    weights: dict[str, NDArray[np.float64]]
    gradients: dict[str, NDArray[np.float64]]


class _BaseOptimizer:
    """Minimises J = L + (reg / 2) * sum of all squared weights."""

    def __init__(self, learning_rate: float = 1e-4, reg: float = 1e-3) -> None:
        self.learning_rate = learning_rate
        self.reg = reg

    def update(self, model: Model) -> None:
        """Move the model's parameters by one step."""
        raise NotImplementedError

    def apply_regularization(self, model: Model) -> None:
        """Add the gradient of the weight penalty to the model's gradients; biases are not penalised.

        W (any shape):  dW <- dW + reg * W
        Goodfellow et al. 2016, section 7.1.1.
        """
        for name, W in model.weights.items():
            if name.startswith("W"):
                model.gradients[name] = model.gradients[name] + self.reg * W
