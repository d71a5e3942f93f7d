class _BaseOptimizer:
    def __init__(self, learning_rate=1e-4, reg=1e-3):
        self.learning_rate = learning_rate; self.reg = reg
    def apply_regularization(self, model):
        for clave in model.gradients:
            if not clave.startswith('b'):
                model.gradients[clave] = model.gradients[clave] + self.reg*model.weights[clave]
        return model
