from ._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def update(self, model):
        self.apply_regularization(model)
        model.weights = {k: w - self.learning_rate * model.gradients[k] for k, w in model.weights.items()}
