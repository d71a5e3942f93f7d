from optimizer._base_optimizer import _BaseOptimizer


class SGD(_BaseOptimizer):
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        super().__init__(learning_rate, reg)

    def __call__(self, model):
        grads = self.apply_regularization(model)
        for k, g in grads.items():
            model.weights[k] -= self.lr * g

    update = __call__
