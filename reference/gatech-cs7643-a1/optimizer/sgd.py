"""Stochastic gradient descent."""

from ._base_optimizer import Model, _BaseOptimizer


class SGD(_BaseOptimizer):
    """Plain gradient descent on mini-batches, without momentum."""

    def update(self, model: Model) -> None:
        """Move every parameter, weights and biases, one step against its gradient.

        w (any shape):  w <- w - learning_rate * (dw + gradient of the penalty)
        Goodfellow et al. 2016, section 8.3.1.
        """
        self.apply_regularization(model)
        for name, gradient in model.gradients.items():
            model.weights[name] = model.weights[name] - self.learning_rate * gradient
