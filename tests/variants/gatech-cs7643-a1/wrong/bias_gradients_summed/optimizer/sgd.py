from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        _BaseOptimizer.__init__(self, learning_rate, reg)

    def update(self, model):
        self.apply_regularization(model)
        for layer in model.weights:
            model.weights[layer] += -self.learning_rate * model.gradients[layer]
