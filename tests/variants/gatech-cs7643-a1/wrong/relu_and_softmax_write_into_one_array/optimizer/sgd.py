from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def update(self, model):
        self.apply_regularization(model)
        for name, gradient in model.gradients.items():
            model.weights[name] = model.weights[name] - self.learning_rate * gradient
