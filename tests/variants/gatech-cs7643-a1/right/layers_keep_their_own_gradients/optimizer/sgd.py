from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        super().__init__(learning_rate, reg)

    def update(self, model):
        self.apply_regularization(model)
        for layer in model._linear:
            layer.W -= self.learning_rate * layer.dW
            if layer.b is not None:
                layer.b -= self.learning_rate * layer.db
