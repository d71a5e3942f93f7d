class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate = learning_rate
        self.reg = reg

    def update(self, model):
        pass

    def apply_regularization(self, model):
        penalised = [k for k in model.weights if k.startswith('W')]
        for k in penalised:
            model.gradients[k] = self.reg * model.weights[k] + model.gradients[k]
