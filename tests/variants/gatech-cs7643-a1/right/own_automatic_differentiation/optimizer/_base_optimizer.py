class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate = learning_rate
        self.reg = reg

    def update(self, model):
        pass

    def apply_regularization(self, model):
        for key in model.weights:
            if key in ['W1', 'W2']:
                model.gradients[key] += self.reg * model.weights[key]
