from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def update(self, model):
        self.apply_regularization(model)
        for k in model.weights:
            model.weights[k] = model.weights[k] - self.learning_rate * model.gradients[k]
