from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):

    def __init__(self, learning_rate=1e-4, reg=1e-3):
        super().__init__(learning_rate, reg)

    def update(self, model):
        # step 1: penalty
        self.apply_regularization(model)
        # step 2: descend
        for layer, gradient in model.gradients.items():
            model.weights[layer] -= self.learning_rate * gradient
