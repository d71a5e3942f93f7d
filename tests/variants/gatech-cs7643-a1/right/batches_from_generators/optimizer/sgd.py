from ._base_optimizer import _BaseOptimizer
class SGD(_BaseOptimizer):
    def __init__(self, learning_rate=1e-4, reg=1e-3, verbose=False):
        super().__init__(learning_rate, reg)
        self.verbose = verbose
        self.steps = 0
    def update(self, model):
        self.apply_regularization(model)
        model.weights = {k: W - self.η * model.gradients[k] for k, W in model.weights.items()}
        self.steps += 1
