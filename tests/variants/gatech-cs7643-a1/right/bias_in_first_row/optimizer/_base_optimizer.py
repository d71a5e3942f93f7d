class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate = learning_rate
        self.reg = reg

    def update(self, model):
        pass

    def apply_regularization(self, model):
        two_layers = 'W2' in model.weights
        for key in model.weights:
            penalty = self.reg * model.weights[key]
            if two_layers:
                penalty[0, :] = 0  # the bias row
            model.gradients[key] = model.gradients[key] + penalty
