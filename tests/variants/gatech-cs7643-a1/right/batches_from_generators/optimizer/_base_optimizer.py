class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.η = learning_rate
        self.λ = reg
    def apply_regularization(self, model):
        for k, W in model.weights.items():
            if not k.startswith('b'):
                model.gradients[k] += self.λ * W
