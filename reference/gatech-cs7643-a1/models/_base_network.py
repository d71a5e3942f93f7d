"""What both classifiers share: parameters, activations, and the loss.

N is the number of rows in a batch, D of inputs, H of hidden units, and C of classes.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

INIT_SCALE = 0.001
INIT_SEED = 1024
SMALLEST = np.finfo(np.float64).tiny  # keeps log finite, and changes no probability but an exact zero


class _baseNetwork:
    """A classifier that keeps its parameters in `weights` and their gradients, by the same keys, in `gradients`."""

    def __init__(self, input_size: int = 28 * 28, num_classes: int = 10) -> None:
        self.input_size = input_size
        self.num_classes = num_classes
        self.weights: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    def forward(self, X: Array, y: Labels, mode: str = "train") -> tuple[float, float]:
        """Return loss and accuracy of a batch, and in train mode fill `gradients`."""
        raise NotImplementedError

    def softmax(self, scores: Array) -> Array:
        """Turn each row of scores into probabilities.

        scores (N, C) -> (N, C):  p_ic = exp(s_ic) / sum_k exp(s_ik)
        The largest score of each row is subtracted first: p stays the same and exp cannot overflow.
        Goodfellow et al. 2016, section 6.2.2.3; for the shift, section 4.1.
        """
        shifted = scores - scores.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        probabilities: Array = exponentials / exponentials.sum(axis=1, keepdims=True)
        return probabilities

    def cross_entropy_loss(self, x_pred: Array, y: Labels) -> float:
        """Return the mean negative log-probability of the true classes.

        x_pred (N, C), y (N,) -> scalar:  L = -(1/N) sum_i log p_i,y_i
        Goodfellow et al. 2016, section 6.2.1.1.
        """
        p_true = x_pred[np.arange(len(y)), y]
        return float(-np.log(np.maximum(p_true, SMALLEST)).mean())

    def compute_accuracy(self, x_pred: Array, y: Labels) -> float:
        """Return the share of rows whose most probable class is the true one.

        x_pred (N, C), y (N,) -> scalar in [0, 1]
        Goodfellow et al. 2016, section 5.1.2.
        """
        return float(np.mean(x_pred.argmax(axis=1) == y))

    def sigmoid(self, X: Array) -> Array:
        """Squash every number into (0, 1).

        any shape -> the same:  s(x) = 1 / (1 + exp(-x)) = exp(x) / (1 + exp(x))
        The first form serves x >= 0 and the second x < 0, so exp never sees a positive number.
        Goodfellow et al. 2016, section 3.10.
        """
        e = np.exp(-np.abs(X))
        return np.where(X >= 0, 1.0, e) / (1.0 + e)

    def sigmoid_dev(self, x: Array) -> Array:
        """Return the slope of the sigmoid at x, the value before the activation.

        any shape -> the same:  s'(x) = s(x) (1 - s(x))
        Goodfellow et al. 2016, section 3.10.
        """
        s = self.sigmoid(x)
        return s * (1.0 - s)

    def ReLU(self, X: Array) -> Array:
        """Keep what is positive and put zero for the rest.

        any shape -> the same:  max(x, 0)
        Goodfellow et al. 2016, section 6.3.
        """
        return np.maximum(X, 0.0)

    def ReLU_dev(self, X: Array) -> Array:
        """Return the slope of the ReLU at X, the value before the activation; at 0 it is taken as 0.

        any shape -> the same:  1 where x > 0, else 0
        Goodfellow et al. 2016, section 6.3.
        """
        return (X > 0).astype(np.float64)

    def _initial_weights(self, rows: int, columns: int) -> Array:
        """Draw small normal weights from the course's seed, which is set anew for each matrix.

        A generator of its own leaves numpy's global one as it was.
        """
        return INIT_SCALE * np.random.RandomState(INIT_SEED).randn(rows, columns)

    def _error(self, p: Array, y: Labels) -> Array:
        """Return the derivative of the loss by the scores that entered the softmax.

        p (N, C), y (N,) -> (N, C):  (p - onehot(y)) / N
        Bishop 2006, section 4.3.4.
        """
        onehot = np.eye(p.shape[1])[y]
        return (p - onehot) / len(y)
